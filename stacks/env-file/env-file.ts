import { randomBytes } from "node:crypto";
import { lstat, open, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { denied, invalidInput, unavailable } from "../../bus/kernel/errors.ts";
import { editEnvText } from "./edit.ts";
import type { EnvChanges } from "./edit.ts";
import type { KeyOptions } from "./keys.ts";
import { readEnvText } from "./values.ts";
import type { Lookup } from "../variables/templates.ts";

const maxSizeBytes = 1_000_000;
const writing = new Map<string, Promise<void>>();

/**
 * Reads an env file's values; an absent file has none.
 * @throws env_file_invalid, env_file_link, env_file_too_large, env_file_unreadable
 */
export async function readEnvFile(path: string, lookup?: Lookup): Promise<ReadonlyMap<string, string>> {
  const text = await readText(path);
  const read = readEnvText(text ?? "", lookup);
  if (read.ok) return read.values;
  const message = `${path} cannot be read: line ${read.line}: ${read.message}. Mend that line.`;
  throw invalidInput("env_file_invalid", message, {
    params: { path, line: read.line, reason: read.message },
  });
}

/**
 * Changes an env file in one step, so that a crash leaves the old or the new one; it ends as 0600. Calls for one
 * path wait for each other.
 * @throws what `editEnvText` refuses, env_file_link, env_file_too_large, env_file_unreadable, env_file_unwritable
 */
export async function writeEnvFile(
  path: string,
  changes: EnvChanges,
  options: KeyOptions = {},
): Promise<void> {
  const before = writing.get(path) ?? Promise.resolve();
  const turn = before.then(async () => {
    const text = editEnvText((await readText(path)) ?? "", changes, options);
    // it could not be read again
    if (Buffer.byteLength(text) > maxSizeBytes) throw tooLarge(path);
    await replaceFile(path, text);
  });
  // the next one waits for this one's end, however it ends
  const settled = turn.then(
    () => undefined,
    () => undefined,
  );
  writing.set(path, settled);
  try {
    await turn;
  } finally {
    if (writing.get(path) === settled) writing.delete(path);
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    const stats = await lstat(path);
    if (stats.isSymbolicLink())
      throw denied("env_file_link", `${path} is a link. Put the file itself there.`, { params: { path } });
    if (!stats.isFile())
      throw invalidInput("env_file_unreadable", `${path} is no file. Put one there.`, {
        params: { path, code: "EISDIR" },
      });
    if (stats.size > maxSizeBytes) throw tooLarge(path);
    return await readFile(path, "utf8");
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) throw error;
    if (error.code === "ENOENT") return undefined;
    throw unavailable(
      "env_file_unreadable",
      `Cannot read ${path} (${String(error.code)}). Check its permissions.`,
      {
        params: { path, code: String(error.code) },
        cause: error,
      },
    );
  }
}

function tooLarge(path: string): Error {
  const message = `${path} must be a file of at most ${maxSizeBytes} bytes. Put long texts elsewhere, and take values out that nobody uses.`;
  return invalidInput("env_file_too_large", message, { params: { path, most: maxSizeBytes } });
}

async function replaceFile(path: string, text: string): Promise<void> {
  const dir = dirname(path);
  const temporary = join(dir, `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await using file = await open(temporary, "wx", 0o600);
    await file.writeFile(text, "utf8");
    // the mode given to open is cut by the umask only, never widened, but a umask may cut the owner's bits
    await file.chmod(0o600);
    await file.sync();
    await rename(temporary, path);
    await using folder = await open(dir, "r");
    await folder.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw unavailable(
      "env_file_unwritable",
      `Cannot write ${path} (${code}). Check the directory and free space.`,
      {
        params: { path, code },
        cause: error,
      },
    );
  }
}
