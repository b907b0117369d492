import { chmod, lstat, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { newId } from "../../bus/kernel/ids.ts";
import {
  fixRepository,
  isSoundRepository,
  makePrivateDirectory,
  replaceFile,
  type RepositoryUse,
} from "./fixed-config.ts";
import { createGit, type Git } from "./git.ts";

/** Where the bare repository lies through which branches travel. */
export function exchangeDir(stateDir: string, repo: string): string {
  return join(stateDir, "exchange", `${repo}.git`);
}

/** Opens the exchange of a repository, and makes it where it is missing; its configuration is set anew each time. */
export function openExchange(stateDir: string, repo: string): Promise<Git> {
  return openBare(exchangeDir(stateDir, repo), { shared: true });
}

/** Where the host keeps its copy of a repository's branches, for roles that do not see the repository. */
export function mirrorDir(stateDir: string, repo: string): string {
  return join(stateDir, "mirror", `${repo}.git`);
}

/** Opens a bare repository of ours, and makes it where it is missing or not sound. */
export async function openBare(
  gitDir: string,
  { shared = false }: Pick<RepositoryUse, "shared"> = {},
): Promise<Git> {
  if (!(await isSoundRepository(gitDir))) await makeBare(gitDir);
  await fixRepository(gitDir, { bare: true, shared });
  if (shared) for (const dir of [dirname(gitDir), gitDir]) await openToAll(dir);
  return createGit(gitDir);
}

/** What lies in our own state directory, which only its owner enters, may be open itself. */
async function openToAll(dir: string): Promise<void> {
  const { mode, uid } = await stat(dir);
  if ((mode & 0o777) !== 0o755 && uid === process.getuid?.()) await chmod(dir, 0o755);
}

async function makeBare(gitDir: string): Promise<void> {
  await makePrivateDirectory(dirname(gitDir));
  const draft = `${gitDir}.${newId()}`;
  await makePrivateDirectory(draft);
  await createGit(draft).run(["init", "--quiet", "--bare", "--template="]);
  try {
    await rename(draft, gitDir);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // another developer was first
    if (!(await isSoundRepository(gitDir))) throw error;
  }
}

/** Where a clone is: its git directory, and its work tree around or apart from it. */
export interface ClonePlace {
  readonly gitDir: string;
  readonly dir: string;
}

/** Opens a clone with a work tree, empty where it is new; nobody but this instance may use it. */
export async function openClone({ gitDir, dir }: ClonePlace): Promise<Git> {
  const git = createGit(gitDir, dir);
  const isApart = dirname(gitDir) !== dir;
  if (!(await isSoundRepository(gitDir))) {
    await rm(isApart ? gitDir : dir, { recursive: true, force: true });
    if (!isApart) await makePrivateDirectory(dir);
    await makePrivateDirectory(gitDir);
    await git.run(["init", "--quiet", "--template="]);
  }
  await fixRepository(gitDir, { bare: false });
  await replaceFile(join(gitDir, "HEAD"), "ref: refs/heads/none\n");
  // left by a git that was killed in the middle; we are the only user
  for (const name of await readdir(gitDir)) if (name.endsWith(".lock")) await rm(join(gitDir, name));
  return git;
}

/** Makes the work tree exactly one commit's, whatever was in it: changed, ignored and untracked files go. */
export async function checkoutCommit(git: Git, commit: string, signal?: AbortSignal): Promise<void> {
  const dir = git.workTree;
  if (dir === undefined) throw new TypeError("A bare repository has no work tree.");
  const kept = dirname(git.gitDir) === dir ? ".git" : undefined;
  for (const name of await readdir(dir))
    if (name !== kept) await rm(join(dir, name), { recursive: true, force: true });
  await rm(join(git.gitDir, "index"), { force: true });
  await git.run(["update-ref", "--no-deref", "HEAD", commit]);
  await git.run(["read-tree", "-m", "-u", commit], { signal });
}

/** Whether something is there, a dangling link included. */
export async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}
