import { rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { newId } from "../../bus/kernel/ids.ts";
import { withOwnIndex } from "./commit.ts";
import { makePrivateDirectory } from "./fixed-config.ts";
import { createGit, gitFailed } from "./git.ts";
import { fetchCommit } from "./refs.ts";
import { isThere, openBare } from "./repositories.ts";

export interface ExportOptions {
  /** Path of the repository that is read; its configuration and hooks are never used. */
  readonly exchange: string;
  /** Path of the reader's own bare repository, made where it is missing. */
  readonly mirror: string;
  readonly commit: string;
  /** Where the files go; what is there already is taken as this commit's. */
  readonly dir: string;
  readonly signal?: AbortSignal;
}

/**
 * Puts the plain files of one commit into a directory, all of them or none.
 * @throws `git_failed` where the exchange does not have the commit
 */
export async function exportTree({ exchange, mirror, commit, dir, signal }: ExportOptions): Promise<void> {
  if (await isThere(dir)) return;
  const git = await openBare(mirror);
  await fetchCommit(git, exchange, commit, signal);
  await makePrivateDirectory(dirname(dir));
  const draft = join(dirname(dir), `.${basename(dir)}.${newId()}`);
  await makePrivateDirectory(draft);
  try {
    const writer = createGit(git.gitDir, draft);
    await withOwnIndex(writer, async (indexFile) => {
      await writer.run(["read-tree", commit], { indexFile, signal });
      await writer.run(["checkout-index", "--all", "--quiet"], { indexFile, signal });
    });
    await rename(draft, dir);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!(await isThere(dir))) throw error;
  }
}

/** Reads one file of a commit from a repository, through the reader's own mirror; `undefined` where the commit has none. */
export async function readFileAt(
  options: Omit<ExportOptions, "dir"> & { readonly path: string },
): Promise<string | undefined> {
  const git = await openBare(options.mirror);
  await fetchCommit(git, options.exchange, options.commit, options.signal);
  const args = ["ls-tree", "-z", options.commit, "--", options.path];
  const entry = await git.run(args);
  const object = /^100\d{3} blob ([0-9a-f]{40})\t/.exec(entry)?.[1];
  if (object === undefined) return undefined;
  const answer = await git.attempt(["cat-file", "blob", object], { maxOutputBytes: 1_000_000 });
  if (answer.exitCode !== 0) throw gitFailed(["cat-file"], git.gitDir, answer);
  return answer.stdout;
}
