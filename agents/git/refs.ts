import { stat, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { conflict } from "../../bus/kernel/errors.ts";
import { gitFailed, type Git } from "./git.ts";

const zeros = "0".repeat(40);
/** A lock older than this was left by a git that died. */
const staleLockMs = 10_000;
/** A first fetch brings all of a repository. */
export const fetchTimeoutMs = 1_800_000;

/** The commit a ref stands at. */
export async function readRef(git: Git, ref: string): Promise<string | undefined> {
  const answer = await git.attempt([
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${ref}^{commit}`,
  ]);
  return answer.exitCode === 0 ? answer.stdout.trim() : undefined;
}

/** Whether the repository has this commit. */
export async function hasCommit(git: Git, commit: string): Promise<boolean> {
  return (await git.attempt(["cat-file", "-e", `${commit}^{commit}`])).exitCode === 0;
}

/** Whether all of `ancestor` is in `descendant`; a commit is in itself. */
export async function isAncestor(git: Git, ancestor: string, descendant: string): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", ancestor, descendant];
  const answer = await git.attempt(args);
  if (answer.exitCode === 0) return true;
  if (answer.exitCode === 1) return false;
  throw gitFailed(args, git.gitDir, answer);
}

/**
 * Moves a ref from the value we know to a new one; `undefined` for a ref that must not be there yet.
 * @throws conflict `ref_moved` where somebody was first
 */
export async function moveRef(
  git: Git,
  ref: string,
  next: string,
  expected: string | undefined,
): Promise<void> {
  const args = ["update-ref", "--no-deref", ref, next, expected ?? zeros];
  for (let left = 60; ; left--) {
    const answer = await git.attempt(args);
    if (answer.exitCode === 0) return;
    const lock = /Unable to create '([^']+\.lock)': File exists/.exec(answer.stderr)?.[1];
    if (lock !== undefined && left > 0) {
      await breakStaleLock(lock);
      await sleep(250);
      continue;
    }
    const present = await readRef(git, ref);
    if (present !== expected)
      throw conflict("ref_moved", `${ref} moved to ${present ?? "nothing"} meanwhile. Try again.`, {
        retryable: true,
        params: { ref },
      });
    throw gitFailed(args, git.gitDir, answer);
  }
}

async function breakStaleLock(lock: string): Promise<void> {
  const age = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > staleLockMs) await rm(lock, { force: true });
}

/** Brings commits with all they stand on into a repository, without moving any ref of it. */
export async function fetchCommit(
  into: Git,
  from: string,
  commit: string,
  signal?: AbortSignal,
): Promise<void> {
  if (await hasCommit(into, commit)) return;
  await into.run([...quietFetch, "--", from, commit], { signal, timeoutMs: fetchTimeoutMs });
}

/** A fetch that leaves nothing behind but objects and the refs that it is told to write. */
export const quietFetch = [
  "fetch",
  "--quiet",
  "--no-tags",
  "--no-write-fetch-head",
  "--no-auto-gc",
  "--no-recurse-submodules",
  "--update-shallow",
] as const;
