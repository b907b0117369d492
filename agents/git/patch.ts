import { invalidInput } from "../../bus/kernel/errors.ts";
import { treeOf, withOwnIndex } from "./commit.ts";
import { changedEntries, type ChangedEntry } from "./diff.ts";
import { reasonOf, type Git } from "./git.ts";
import { readRef } from "./refs.ts";

/**
 * Applies patches, one after the other, to the commit that is checked out in the work tree.
 * They are tried on an index first: a patch that is refused leaves the work tree as it was.
 * @throws `patch_does_not_apply` with git's reason, `patch_path_refused`, `patch_mode_refused`
 */
export async function applyPatches(
  git: Git,
  patches: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const head = await readRef(git, "HEAD");
  if (head === undefined) throw new TypeError("No commit is checked out.");
  const tree = await withOwnIndex(git, async (indexFile) => {
    await git.run(["read-tree", head], { indexFile });
    for (const [index, patch] of patches.entries()) {
      const answer = await git.attempt(["apply", "--3way", "--cached", "--whitespace=nowarn", "-"], {
        indexFile,
        signal,
        input: patch,
      });
      if (answer.exitCode !== 0) throw refused(withoutRetries(reasonOf(answer)), index, patches.length);
    }
    return (await git.run(["write-tree"], { indexFile })).trim();
  });
  for (const entry of await changedEntries(git, await treeOf(git, head), tree)) refuseUnsafe(entry);
  await git.run(["read-tree", "-m", "-u", head, tree], { signal });
}

const hookDirs = /^(?:.*\/)?\.(?:git|husky|githooks)(?:\/|$)/i;

function refuseUnsafe({ path, oldMode, newMode }: ChangedEntry): void {
  if (hookDirs.test(path)) throw pathRefused(path);
  if (newMode === "120000" || newMode === "160000" || oldMode === "160000")
    throw invalidInput(
      "patch_mode_refused",
      `The patch makes ${path} a ${newMode === "120000" ? "symbolic link" : "submodule"}. Only plain files can be patched.`,
      { params: { path, mode: newMode } },
    );
}

function refused(why: string, index: number, count: number): Error {
  const path = /invalid path '([^']*)'|'([^']*)' is beyond a symbolic link/.exec(why);
  if (path) return pathRefused(path[1] ?? path[2] ?? "");
  const name = count === 1 ? "The patch" : `Patch ${index + 1} of ${count}`;
  return invalidInput(
    "patch_does_not_apply",
    `${name} does not apply: ${why}. Make it anew from the present base branch.`,
    {
      params: { why, patch: index + 1, count },
    },
  );
}

/** Leaves out what git says of its way from one kind of application to the other. */
function withoutRetries(why: string): string {
  const lines = why
    .split("\n")
    .filter((line) => !/lacks the necessary blob|^Falling back|^Performing three-way/.test(line));
  return lines.join("; ").replaceAll("error: ", "") || why;
}

function pathRefused(path: string): Error {
  return invalidInput(
    "patch_path_refused",
    `The patch touches ${path}, which is outside the project's files or runs by itself. Leave it out.`,
    {
      params: { path },
    },
  );
}
