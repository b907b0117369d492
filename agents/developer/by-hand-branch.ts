import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { conflict, invalidInput } from "../../bus/kernel/errors.ts";
import { newId } from "../../bus/kernel/ids.ts";
import { changedEntries } from "../git/diff.ts";
import { treeOf } from "../git/commit.ts";
import { makePrivateDirectory } from "../git/fixed-config.ts";
import { gitFailed, reasonOf, type Git } from "../git/git.ts";
import { isAncestor, readRef } from "../git/refs.ts";
import { findWork, publish, takeOverBranch } from "../git/ticket-branch.ts";
import { formatMessage } from "../git/trailers.ts";
import { ticketBranch, type Workspace } from "../git/workspace.ts";
import { whyUnwritable } from "../tools/path-policy.ts";

/** Name under which by-hand work goes where an engine's name is expected. */
export const byHandEngine = "by-hand";

const maxBundleBytes = 192 * 1024 * 1024;
const maxCommits = 500;
/** A multiple of three, so that the pieces join as base64 too. */
const pieceBytes = 192 * 1024;

/** Where a ticket's branch stands, or would begin. */
export async function branchTip(workspace: Workspace, ticket: string): Promise<string> {
  return (await takeOverBranch(workspace, ticket)) ?? workspace.base.commit;
}

/** Sends a commit with all it stands on, but for what is known, as lines of base64. @throws `bundle_too_large` */
export async function sendBundle(
  { git, signal }: Workspace,
  dir: string,
  { ticket, commit, known }: { ticket: string; commit: string; known?: string | undefined },
  line: (text: string) => void,
): Promise<void> {
  const ref = `refs/heads/${ticketBranch(ticket)}`;
  await makePrivateDirectory(dir);
  const file = join(dir, `${ticket}.${newId()}.bundle`);
  try {
    await git.run(["update-ref", ref, commit]);
    const range = known === undefined || known === commit ? [ref] : [ref, `^${known}`];
    await git.run(["bundle", "create", "--quiet", file, ...range], { signal });
    if ((await stat(file)).size > maxBundleBytes)
      throw invalidInput("bundle_too_large", `The branch is larger than ${maxBundleBytes} bytes.`, {
        params: { most: maxBundleBytes },
      });
    const bytes = await readFile(file);
    for (let from = 0; from < bytes.length; from += pieceBytes)
      line(bytes.subarray(from, from + pieceBytes).toString("base64"));
  } finally {
    await git.attempt(["update-ref", "-d", ref]);
    await rm(file, { force: true });
  }
}

export interface PushedBundle {
  readonly ticket: string;
  /** The commit that the person's branch stands at. */
  readonly commit: string;
  readonly bundle: Buffer;
  readonly dir: string;
}

/**
 * Takes a person's commits out of a bundle, marks them as the ticket's and puts them on its branch; the same commits again
 * are found there. @throws `bundle_invalid`, `branch_moved`, `change_refused`
 */
export async function takeBundle(workspace: Workspace, pushed: PushedBundle): Promise<string> {
  const { git, base } = workspace;
  const { ticket, commit } = pushed;
  const branch = ticketBranch(ticket);
  const before = await findWork(workspace, ticket, commandOf(commit));
  if (before) return before.commit;
  await readBundle(git, pushed);
  const tip = await takeOverBranch(workspace, ticket);
  if (tip !== undefined && !(await isAncestor(git, tip, commit)))
    throw conflict(
      "branch_moved",
      `${branch} went on meanwhile. Take it anew and merge: ticket-work ${ticket}`,
      {
        params: { branch, ticket },
      },
    );
  const common = await git.attempt(["merge-base", base.commit, commit]);
  if (common.exitCode !== 0) throw bundleInvalid(branch, `it has nothing in common with ${base.branch}`);
  const from = common.stdout.trim();
  await refuseForbidden(git, from, commit);
  const next = await adopt(workspace, ticket, commit, tip);
  await publish(workspace, branch, next);
  return next;
}

/** The key under which a person's commit is found again. */
function commandOf(commit: string): string {
  return `hand.${commit}`;
}

async function readBundle(git: Git, { ticket, commit, bundle, dir }: PushedBundle): Promise<void> {
  const branch = ticketBranch(ticket);
  const into = `refs/dockfra/hand/${ticket}`;
  await makePrivateDirectory(dir);
  const file = join(dir, `${ticket}.${newId()}.bundle`);
  await writeFile(file, bundle, { flag: "wx", mode: 0o600 });
  try {
    // every object is checked before it counts; of the bundle's refs this one alone is taken
    const args = ["-c", "fetch.fsckObjects=true", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head"];
    const answer = await git.attempt([
      ...args,
      "--no-auto-gc",
      "--no-recurse-submodules",
      "--",
      file,
      `+refs/heads/${branch}:${into}`,
    ]);
    if (answer.exitCode !== 0) throw bundleInvalid(branch, reasonOf(answer).replaceAll("\n", "; "));
    const seen = await readRef(git, into);
    if (seen !== commit) throw bundleInvalid(branch, `it holds ${seen ?? "nothing"}`);
  } finally {
    await rm(file, { force: true });
  }
}

function bundleInvalid(branch: string, why: string): Error {
  return invalidInput("bundle_invalid", `What was sent is no commit of ${branch} that can be taken: ${why}`, {
    params: { branch, why: why.slice(0, 500) },
  });
}

/** What an engine may not change, a person's commits may not either: the review would refuse it. */
async function refuseForbidden(git: Git, from: string, to: string): Promise<void> {
  for (const { path, oldMode, newMode } of await changedEntries(
    git,
    await treeOf(git, from),
    await treeOf(git, to),
  )) {
    const special = [oldMode, newMode].includes("160000")
      ? "it is a submodule"
      : newMode === "120000"
        ? "it is a symbolic link"
        : undefined;
    const why = special ?? whyUnwritable(path);
    if (why !== undefined)
      throw invalidInput("change_refused", `${path} may not be changed by a ticket: ${why}.`, {
        params: { path, why },
      });
  }
}

interface PersonsCommit {
  readonly commit: string;
  readonly parents: readonly string[];
  readonly author: string;
  readonly committedAt: string;
  readonly subject: string;
}

/** Writes the person's commits again with the ticket's trailers, in order; the same ones give the same. */
async function adopt(
  { git, base }: Workspace,
  ticket: string,
  commit: string,
  tip: string | undefined,
): Promise<string> {
  const without = [`^${base.commit}`, ...(tip === undefined ? [] : [`^${tip}`])];
  const format = ["%H", "%P", "%an <%ae> %ad", "%ct", "%s"].join("%x1f");
  const out = await git.run([
    "log",
    "--reverse",
    "--topo-order",
    "--date=raw",
    `--max-count=${maxCommits + 1}`,
    `--format=${format}`,
    "--end-of-options",
    commit,
    ...without,
    "--",
  ]);
  const commits = out.split("\n").filter(Boolean).map(toPersonsCommit);
  if (commits.length > maxCommits)
    throw bundleInvalid(ticketBranch(ticket), `it has more than ${maxCommits} new commits`);
  if (commits.length === 0) throw bundleInvalid(ticketBranch(ticket), "it has no new commit");
  const adopted = new Map<string, string>();
  let last = commit;
  for (const one of commits) {
    const text = [
      `tree ${await treeOf(git, one.commit)}`,
      ...one.parents.map((parent) => `parent ${adopted.get(parent) ?? parent}`),
      `author ${one.author}`,
      `committer Dockfra developer <developer@dockfra.invalid> ${one.committedAt} +0000`,
      "",
      formatMessage(one.subject, {
        ticket,
        command: commandOf(one.commit),
        engine: byHandEngine,
        base: base.branch,
      }),
    ].join("\n");
    const args = ["hash-object", "-t", "commit", "-w", "--stdin"];
    const answer = await git.attempt(args, { input: text });
    if (answer.exitCode !== 0) throw gitFailed(args, git.gitDir, answer);
    last = answer.stdout.trim();
    adopted.set(one.commit, last);
  }
  return last;
}

function toPersonsCommit(line: string): PersonsCommit {
  const [commit = "", parents = "", author = "", committedAt = "0", subject = ""] = line.split("\u001f");
  return { commit, parents: parents.split(" ").filter(Boolean), author, committedAt, subject };
}
