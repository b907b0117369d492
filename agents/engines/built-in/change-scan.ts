import { open, readlink } from "node:fs/promises";
import { constants } from "node:fs";
import { join } from "node:path";
import { denied } from "../../../bus/kernel/errors.ts";
import type { Git } from "../../git/git.ts";
import type { Redactor } from "../../llm/redaction.ts";

const maxScanBytes = 20_000_000;

/** Paths that differ from the checked out commit, new ones included. */
export async function changedPaths(git: Git, signal: AbortSignal): Promise<string[]> {
  const out = await git.run(["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"], {
    signal,
  });
  return out
    .split("\0")
    .filter((entry) => entry.length > 3)
    .map((entry) => entry.slice(3));
}

/** Lets no known secret out by way of a file, whoever put it there. @throws `secret_in_change` */
export async function refuseSecrets(
  dir: string,
  paths: readonly string[],
  redactor: Redactor,
): Promise<void> {
  if (redactor.longest === 0) return;
  for (const path of paths) {
    if (!redactor.contains(path) && !redactor.contains(await readStart(join(dir, path)))) continue;
    const shown = redactor.redact(path);
    throw denied(
      "secret_in_change",
      `${shown} holds a secret of this installation, so the change was dropped. Look at how it came there before you go on.`,
      {
        params: { path: shown },
      },
    );
  }
}

async function readStart(path: string): Promise<string> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) return "";
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(found.size, maxScanBytes)));
    return buffer.toString("latin1", 0, bytesRead);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ELOOP") return readlink(path);
    if (code === "ENOENT" || code === "EISDIR") return "";
    throw error;
  }
}
