import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { projectsIn, type FileChoice, type ProjectFiles } from "./projects.ts";
import { isInside } from "./source-files.ts";
import { isWalkedName } from "./tree-walk.ts";

/** What people said of which files of a tree count. */
export type FileSayings = Pick<FileChoice, "environment" | "settings">;

/** A stack in a tree: ROOT, or what a commit has. */
export interface StackInTree {
  /** Absolute; nothing outside of it is taken. */
  readonly tree: string;
  /** The stack's directory, relative to the tree. */
  readonly dir: string;
  readonly sayings: FileSayings;
  /** The stack's own directory, whose `.env` counts where the tree carries none; absolute. */
  readonly ownDir?: string;
}

/**
 * Chooses the files of the stack that is meant in one directory, as discovery does; undefined where it has none, or where one of them
 * is missing or outside of the tree.
 */
export function chooseStackFiles({ tree, dir, sayings, ownDir }: StackInTree): ProjectFiles | undefined {
  const at = resolve(tree, dir);
  if (!existsSync(at)) return undefined;
  const root = realpathSync(tree);
  const settings = sayings.settings.map((one) => ({ ...one, dir: resolve(tree, one.dir) }));
  const found = { dir: at, files: readdirSync(at).filter(isWalkedName) };
  const [chosen] = projectsIn(found, {
    ...{ root, settings, environment: sayings.environment },
    ...(ownDir === undefined || !existsSync(ownDir) ? {} : { ownDir }),
  });
  const isThere = (file: string): boolean => existsSync(file) && isInside(root, realpathSync(file));
  return chosen?.files.every(isThere) ? chosen : undefined;
}

/** Where a place of a tree is for a stack's own directory: its counterpart there. */
export function counterpart(path: string, from: string, to: string): string {
  return join(to, relative(from, path));
}
