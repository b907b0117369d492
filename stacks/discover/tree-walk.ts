import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { isInside } from "./source-files.ts";

/** A directory that holds Compose files. */
export interface ComposeDir {
  readonly dir: string;
  /** Base names of the files of Compose's names, overrides and production's too, and `.env`. */
  readonly files: readonly string[];
}

export interface TreeWalk {
  readonly dirs: readonly ComposeDir[];
  /** Every directory that was looked into, by the way that led there. */
  readonly visited: readonly string[];
  /** Directories that could not be listed, absolute, with why. */
  readonly unreadable: readonly { readonly dir: string; readonly code: string }[];
}

const skippedNames = new Set([".git", "node_modules", ".venv", "__pycache__", "vendor"]);
const composeName = /^(?:docker-)?compose(?:\.override|[.-]prod(?:uction)?)?\.ya?ml$/;
const maxDepth = 64;
const maxDirs = 200_000;

/**
 * Finds the directories with Compose files below a root, sorted. Links are followed inside the root only, each
 * directory is visited once.
 * @param root a real path
 */
export async function findComposeDirs(root: string): Promise<TreeWalk> {
  const dirs: ComposeDir[] = [];
  const unreadable: { dir: string; code: string }[] = [];
  const visited = new Set<string>([root]);
  const looked: string[] = [];
  let level: readonly Place[] = [{ dir: root, real: root }];
  for (let depth = 0; level.length > 0 && depth < maxDepth; depth++) {
    if (visited.size > maxDirs) {
      unreadable.push({ dir: root, code: `more than ${maxDirs} directories, name a smaller root` });
      break;
    }
    const next: Place[] = [];
    for (let at = 0; at < level.length; at += listedAtOnce) {
      const batch = level.slice(at, at + listedAtOnce);
      const listings = await Promise.all(batch.map((place) => listDir(place, root)));
      for (const [index, listing] of listings.entries()) {
        const { dir } = batch[index] as Place;
        looked.push(dir);
        if ("code" in listing) unreadable.push({ dir, code: listing.code });
        else {
          if (listing.files.length > 0) dirs.push({ dir, files: listing.files.toSorted() });
          for (const place of listing.places) {
            if (visited.has(place.real)) continue;
            visited.add(place.real);
            next.push(place);
          }
        }
      }
    }
    level = next;
  }
  return { dirs: dirs.toSorted((a, b) => (a.dir < b.dir ? -1 : 1)), visited: looked, unreadable };
}

/** A directory by the way that led there, and by its real path. */
interface Place {
  readonly dir: string;
  readonly real: string;
}

type Listing =
  | { readonly files: readonly string[]; readonly places: readonly Place[] }
  | { readonly code: string };

const listedAtOnce = 32;

/** Whether a file of this name may make a project, or change one. */
export function isWalkedName(name: string): boolean {
  return composeName.test(name) || name === ".env";
}

/** What one entry of a directory is to a walk; whatever a walk would not look at is nothing. */
export function entryKind(root: string, dir: string, name: string): "file" | "directory" | "nothing" {
  const path = join(dir, name);
  try {
    const real = realpathSync.native(path);
    if (!isInside(root, real)) return "nothing";
    if (!statSync(real).isDirectory()) return "file";
  } catch (error) {
    if (isNothing(error)) return "nothing";
    throw error;
  }
  return skippedNames.has(name) || isOwnState(path, dir === root) ? "nothing" : "directory";
}

async function listDir({ dir, real }: Place, root: string): Promise<Listing> {
  const files: string[] = [];
  const places: Place[] = [];
  try {
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name);
      const realPath = entry.isSymbolicLink() ? await realPathInside(path, root) : join(real, entry.name);
      if (realPath === undefined) continue;
      const isDir = entry.isSymbolicLink() ? (await stat(realPath)).isDirectory() : entry.isDirectory();
      if (!isDir && isWalkedName(entry.name)) files.push(entry.name);
      if (isDir && !skippedNames.has(entry.name) && !isOwnState(path, dir === root))
        places.push({ dir: path, real: realPath });
    }
  } catch (error) {
    return { code: errorCode(error) };
  }
  return { files, places };
}

async function realPathInside(link: string, root: string): Promise<string | undefined> {
  try {
    const real = await realpath(link);
    return isInside(root, real) ? real : undefined;
  } catch (error) {
    if (isNothing(error)) return undefined;
    throw error;
  }
}

/** Gone, dangling, or a loop: nothing to read there. */
function isNothing(error: unknown): boolean {
  return ["ENOENT", "ELOOP", "EACCES", "ENOTDIR"].includes(errorCode(error));
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
