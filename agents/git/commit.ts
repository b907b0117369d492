import { rm } from "node:fs/promises";
import { join } from "node:path";
import { invalidInput } from "../../bus/kernel/errors.ts";
import { newId } from "../../bus/kernel/ids.ts";
import type { Git } from "./git.ts";
import { isThere } from "./repositories.ts";

/** Lends an index of its own, so that nothing planted in the clone's index counts. */
export async function withOwnIndex<T>(git: Git, use: (indexFile: string) => Promise<T>): Promise<T> {
  const indexFile = join(git.gitDir, `index-${newId()}`);
  try {
    return await use(indexFile);
  } finally {
    await rm(indexFile, { force: true });
    await rm(`${indexFile}.lock`, { force: true });
  }
}

/**
 * Writes the work tree as it stands (without ignored files) as a tree object.
 * @throws `nested_repository` where a submodule's directory was made a repository
 */
export async function snapshotTree(git: Git, from: string, signal?: AbortSignal): Promise<string> {
  for (const path of await listSubmodules(git, from)) {
    // git would run a status in there, under a configuration that is not ours
    if (await isThere(join(git.workTree ?? "", path, ".git")))
      throw invalidInput(
        "nested_repository",
        `${path} was made a repository of its own. Work on it in its own project.`,
        { params: { path } },
      );
  }
  return withOwnIndex(git, async (indexFile) => {
    await git.run(["read-tree", from], { indexFile, signal });
    await git.run(["add", "--all", "--", "."], { indexFile, signal });
    return (await git.run(["write-tree"], { indexFile, signal })).trim();
  });
}

async function listSubmodules(git: Git, commit: string): Promise<string[]> {
  const entries = (await git.run(["ls-tree", "-r", "-z", "--full-tree", commit])).split("\0");
  return entries
    .filter((entry) => entry.startsWith("160000 "))
    .map((entry) => entry.slice(entry.indexOf("\t") + 1));
}

/** The tree of a commit. */
export async function treeOf(git: Git, commit: string): Promise<string> {
  return (await git.run(["rev-parse", "--verify", "--end-of-options", `${commit}^{tree}`])).trim();
}

/** Makes a commit of a tree; no branch moves, no hook runs. */
export async function commitTree(
  git: Git,
  tree: string,
  parents: readonly string[],
  message: string,
): Promise<string> {
  const args = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent])];
  return (await git.run(args, { input: message })).trim();
}
