import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** Where a stack's files are, and what of this machine is its project's. */
export interface ProjectPlaces {
  /** The tree that the compose files were read from: an exported release, or ROOT. */
  readonly treeDir: string;
  /** The stack's directory in that tree. */
  readonly stackDir: string;
  /** The stack's own directory below ROOT, where its data is; what the tree lacks is taken from there. */
  readonly ownDir: string;
  readonly root: string;
  /** Dockfra's own directory, which no stack has any business in. */
  readonly stateDir: string;
}

/** Times of this machine, which many images want to read and nobody can change through a read-only mount. */
const harmless = new Set(["/etc/localtime", "/etc/timezone"]);

/** Says where a path of a compose file leads when it leads out of the project; `undefined` for one that stays inside. */
export function leadsOutside(
  path: string,
  { treeDir, stackDir, ownDir, root, stateDir }: ProjectPlaces,
  { readOnly = false } = {},
): string | undefined {
  if (readOnly && harmless.has(path)) return undefined;
  if (!isWithin(treeDir, path)) return isOwn(path, { root, stateDir }) ? undefined : path;
  // the engine makes what is missing where the data of the stack is
  const isMissing = isWithin(stackDir, path) && !existsSync(path);
  const place = isMissing ? join(ownDir, relative(stackDir, path)) : path;
  const real = realPath(place);
  if (!isMissing && isWithin(realPath(treeDir), real)) return isGit(real) ? real : undefined;
  return isOwn(real, { root: realPath(root), stateDir: realPath(stateDir) }) ? undefined : real;
}

/** A place below ROOT that is neither ROOT itself, nor Dockfra's, nor a repository's inside. */
function isOwn(path: string, { root, stateDir }: Pick<ProjectPlaces, "root" | "stateDir">): boolean {
  return path !== root && isWithin(root, path) && !isWithin(stateDir, path) && !isGit(path);
}

function isGit(path: string): boolean {
  return path.split(sep).includes(".git");
}

function isWithin(dir: string, path: string): boolean {
  return path === dir || path.startsWith(dir.endsWith(sep) ? dir : dir + sep);
}

/** The real place of a path, as far as it exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), relative(parent, path));
  }
}
