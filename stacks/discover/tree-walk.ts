import { existsSync, readFileSync } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { isInside } from "./source-files.ts";

/** A directory that holds Compose files. */
export interface ComposeDir {
  readonly dir: string;
  /** Base names of the files of Compose's names, overrides too. */
  readonly files: readonly string[];
}

export interface TreeWalk {
  readonly dirs: readonly ComposeDir[];
  /** Directories that could not be listed, absolute, with why. */
  readonly unreadable: readonly { readonly dir: string; readonly code: string }[];
}

const skippedNames = new Set([".git", "node_modules", ".venv", "__pycache__", "vendor"]);
const composeName = /^(?:docker-)?compose(?:\.override)?\.ya?ml$/;
const maxDepth = 64;

/**
 * Finds the directories with Compose files below a root, sorted. Links are followed inside the root only, each
 * directory is visited once.
 * @param root a real path
 */
export async function findComposeDirs(root: string): Promise<TreeWalk> {
  const dirs: ComposeDir[] = [];
  const unreadable: { dir: string; code: string }[] = [];
  const visited = new Set<string>();
  let level: readonly string[] = [root];
  for (let depth = 0; level.length > 0 && depth < maxDepth; depth++) {
    const next: string[] = [];
    for (const dir of level) {
      try {
        const found = await listDir(dir, root, visited);
        if (found.files.length > 0) dirs.push({ dir, files: found.files.toSorted() });
        next.push(...found.dirs);
      } catch (error) {
        unreadable.push({ dir, code: errorCode(error) });
      }
    }
    level = next;
  }
  return { dirs: dirs.toSorted((a, b) => (a.dir < b.dir ? -1 : 1)), unreadable };
}

async function listDir(dir: string, root: string, visited: Set<string>): Promise<{ files: string[]; dirs: string[] }> {
  const files: string[] = [];
  const dirs: string[] = [];
  const real = await realpath(dir);
  if (visited.has(real)) return { files, dirs };
  visited.add(real);
  const entries = await readdir(dir, { withFileTypes: true });
  for (const entry of entries) {
    const path = join(dir, entry.name);
    const kind = entry.isSymbolicLink() ? await linkedKind(path, root) : entry.isDirectory() ? "dir" : "file";
    if (kind === "dir" && !skippedNames.has(entry.name) && !isOwnState(path, dir === root)) dirs.push(path);
    if (kind === "file" && composeName.test(entry.name)) files.push(entry.name);
  }
  return { files, dirs };
}

async function linkedKind(path: string, root: string): Promise<"dir" | "file" | "outside"> {
  try {
    if (!isInside(root, await realpath(path))) return "outside";
    return (await stat(path)).isDirectory() ? "dir" : "file";
  } catch (error) {
    // dangling, or a loop: nothing to read there
    if (["ENOENT", "ELOOP", "EACCES", "ENOTDIR"].includes(errorCode(error))) return "outside";
    throw error;
  }
}

// the state directory has a .gitignore of "*", which no project of its own would
function isOwnState(path: string, topLevel: boolean): boolean {
  if (!topLevel || basename(path) !== "dockfra") return false;
  const ignore = join(path, ".gitignore");
  if (!existsSync(ignore) || readFileSync(ignore, "utf8").trim() !== "*") return false;
  return [".env", "keys", "nats"].some((name) => existsSync(join(path, name)));
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
