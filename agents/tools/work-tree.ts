import { constants } from "node:fs";
import { lstat, mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { newId } from "../../bus/kernel/ids.ts";
import { whyUnreadable, whyUnwritable } from "./path-policy.ts";
import { ToolRefusal } from "./tool.ts";

const maxReadBytes = 2_000_000;

/** A project's files as a model may reach them: below one directory, links not followed out, secrets and git left alone. */
export interface WorkTree {
  /** Real and absolute. */
  readonly dir: string;
  /** Gives the absolute real path of a file or directory that may be read. @throws ToolRefusal */
  resolve(path: string): Promise<string>;
  /** Reads a text file of up to 2 MB. @throws ToolRefusal */
  read(path: string): Promise<string>;
  /** Checks that a path may be written, whether it is there or not. @throws ToolRefusal */
  requireWritable(path: string): Promise<string>;
  /** Writes a file in one step, with its folders; gives whether anything changed. @throws ToolRefusal */
  write(path: string, text: string): Promise<boolean>;
}

/** Opens the work tree in a directory that is there. */
export async function openWorkTree(given: string): Promise<WorkTree> {
  const dir = await realpath(given);

  const resolve = async (path: string): Promise<string> => {
    const name = normalize(path);
    refuseIf(whyUnreadable(name), path);
    const real = await realpath(join(dir, name)).catch((error: unknown) => {
      throw missing(path, error);
    });
    const inside = insideOf(dir, real, path);
    refuseIf(whyUnreadable(inside), path);
    return real;
  };

  const requireWritable = async (path: string): Promise<string> => {
    const name = normalize(path);
    if (name === ".") throw new ToolRefusal(`"${path}" is a directory. Name a file.`);
    refuseIf(whyUnwritable(name), path);
    const parts = name.split("/");
    let at = dir;
    for (const [index, part] of parts.entries()) {
      at = join(at, part);
      const found = await lstat(at).catch(() => undefined);
      if (!found) break;
      // a link would be written through, to wherever it leads
      if (found.isSymbolicLink())
        throw new ToolRefusal(`"${path}" leads over a symbolic link. Links are changed by people only.`);
      const last = index === parts.length - 1;
      if (last ? !found.isFile() : !found.isDirectory())
        throw new ToolRefusal(`"${path}" is no plain file in a plain directory.`);
    }
    return join(dir, name);
  };

  const read = async (path: string): Promise<string> => {
    const real = await resolve(path);
    await using file = await open(
      real,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    ).catch((error: unknown) => {
      throw missing(path, error);
    });
    const found = await file.stat();
    if (!found.isFile()) throw new ToolRefusal(`"${path}" is no file. Use list_files for a directory.`);
    if (found.size > maxReadBytes)
      throw new ToolRefusal(
        `"${path}" has ${found.size} bytes, more than the ${maxReadBytes} that can be read. Use search.`,
      );
    const bytes = await file.readFile();
    if (bytes.subarray(0, 8_000).includes(0)) throw new ToolRefusal(`"${path}" is not text.`);
    return bytes.toString("utf8");
  };

  return {
    dir,
    resolve,
    read,
    requireWritable,
    async write(path, text) {
      const target = await requireWritable(path);
      const before = await stat(target).catch(() => undefined);
      if (before && before.size <= maxReadBytes && (await read(path)) === text) return false;
      await mkdir(dirname(target), { recursive: true });
      const draft = join(dirname(target), `.${newId()}.draft`);
      try {
        await using file = await open(draft, "wx", before ? before.mode & 0o777 : 0o644);
        await file.writeFile(text);
        await rename(draft, target);
      } finally {
        await rm(draft, { force: true });
      }
      return true;
    },
  };
}

/** A relative path without detours. */
export function normalize(path: string): string {
  if (path.includes("\0") || path.includes("\\"))
    throw new ToolRefusal(`"${path}" has characters that no path here has. Write it with "/".`);
  if (path.startsWith("/"))
    throw new ToolRefusal(`"${path}" is absolute. Paths are relative to the project, such as "src/app.js".`);
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw new ToolRefusal(`"${path}" leads out. Paths stay below the project.`);
  return parts.length === 0 ? "." : parts.join("/");
}

function insideOf(dir: string, real: string, path: string): string {
  const inside = relative(dir, real);
  if (inside === ".." || inside.startsWith(`..${sep}`))
    throw new ToolRefusal(`"${path}" leads out of the project over a link.`);
  return inside === "" ? "." : inside.split(sep).join("/");
}

function refuseIf(why: string | undefined, path: string): void {
  if (why !== undefined) throw new ToolRefusal(`"${path}" is off limits: ${why}.`);
}

function missing(path: string, error: unknown): ToolRefusal {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR")
    return new ToolRefusal(`There is no "${path}". Use list_files to see what is there.`);
  return new ToolRefusal(`"${path}" cannot be read (${code}).`);
}
