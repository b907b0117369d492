import { constants } from "node:fs";
import { access, readdir, realpath, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { denied, invalidInput, notFound } from "../../bus/kernel/errors.ts";

/**
 * Finds the directory that `--root` names, with its links resolved, and makes sure that it can be listed.
 * @throws `root_missing`, `root_not_directory`, `root_unreadable`
 */
export async function resolveRoot(root: string = process.env["DOCKFRA_ROOT"] ?? "."): Promise<string> {
  const shown = resolve(root);
  const options = { params: { root: shown } };
  try {
    const path = await realpath(shown);
    if (!(await stat(path)).isDirectory())
      throw invalidInput(
        "root_not_directory",
        `${shown} is a file. Name the directory it is in with --root.`,
        options,
      );
    await access(path, constants.R_OK | constants.X_OK);
    await readdir(path);
    return path;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw notFound(
        "root_missing",
        `There is no directory ${shown}. Create it, or name another with --root.`,
        { ...options, cause: error },
      );
    if (code === "EACCES" || code === "EPERM")
      throw denied(
        "root_unreadable",
        `This user may not read ${shown}. Change its mode or owner, or name another directory with --root.`,
        { ...options, cause: error },
      );
    throw error;
  }
}

/** Where everything of ours is, below a root. */
export function stateDirOf(root: string): string {
  return join(root, "dockfra");
}
