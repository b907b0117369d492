import { checkoutCommit } from "./repositories.ts";
import { gitFailed, type Git } from "./git.ts";

export type TreeMerge =
  | { readonly ok: true; readonly tree: string }
  | { readonly ok: false; readonly files: readonly string[] };

/** Merges one commit into another in the clone's work tree and gives the tree, or the files where they clash; makes no commit. */
export async function mergeTrees(
  git: Git,
  ours: string,
  theirs: string,
  signal?: AbortSignal,
): Promise<TreeMerge> {
  await checkoutCommit(git, ours, signal);
  const args = [
    "merge",
    "--quiet",
    "--no-commit",
    "--no-ff",
    "--no-verify",
    "--no-rerere-autoupdate",
    theirs,
  ];
  const answer = await git.attempt(args, { signal });
  try {
    if (answer.exitCode === 0) return { ok: true, tree: (await git.run(["write-tree"])).trim() };
    const clashes = await git.run(["diff", "--name-only", "--diff-filter=U", "-z"]);
    const files = [...new Set(clashes.split("\0").filter((file) => file !== ""))];
    if (files.length === 0) throw gitFailed(args, git.gitDir, answer);
    return { ok: false, files };
  } finally {
    await git.attempt(["merge", "--abort"]);
  }
}
