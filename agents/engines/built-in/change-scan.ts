import { open, readlink, rm } from "node:fs/promises";
import { constants } from "node:fs";
import { join } from "node:path";
import { denied } from "../../../bus/kernel/errors.ts";
import { snapshotTree, withOwnIndex } from "../../git/commit.ts";
import { changedEntries } from "../../git/diff.ts";
import type { Git } from "../../git/git.ts";
import type { Redactor } from "../../llm/redaction.ts";
import { whyUnwritable } from "../../tools/path-policy.ts";

const maxScanBytes = 20_000_000;

/** Paths that differ from a tree, new ones included; what git's own index says of them does not count. */
export async function changedPaths(git: Git, start: string, signal: AbortSignal): Promise<string[]> {
  const entries = await changedEntries(git, start, await snapshotTree(git, "HEAD", signal));
  return entries.map(({ path }) => path);
}

/**
 * Puts back what no tool of ours would have written: the tests run what the model wrote, and can write anywhere.
 * Gives the paths.
 */
export async function putBackOffLimits(git: Git, start: string, signal: AbortSignal): Promise<string[]> {
  const entries = await changedEntries(git, start, await snapshotTree(git, "HEAD", signal));
  const off = entries.filter(({ path }) => whyUnwritable(path) !== undefined);
  for (const { path } of off) await rm(join(git.workTree ?? "", path), { force: true });
  const old = off.filter(({ oldMode }) => oldMode !== "000000").map(({ path }) => path);
  if (old.length > 0)
    await withOwnIndex(git, async (indexFile) => {
      await git.run(["read-tree", start], { indexFile, signal });
      await git.run(["checkout-index", "--force", "-z", "--stdin"], {
        indexFile,
        signal,
        input: old.join("\0"),
      });
    });
  return off.map(({ path }) => path);
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
