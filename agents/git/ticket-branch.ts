import { conflict } from "../../bus/kernel/errors.ts";
import { BranchName } from "../../bus/messages/ticket.ts";
import type { Git } from "./git.ts";
import { moveRef, fetchCommit, isAncestor, readRef } from "./refs.ts";
import { listCommits, type TracedCommit } from "./trailers.ts";
import { exchangedRef, ticketBranch, userRef, type Workspace } from "./workspace.ts";

/** Finds the commit that a command has already put on its ticket's branch in the exchange. */
export async function findWork(
  workspace: Workspace,
  ticket: string,
  command: string,
): Promise<TracedCommit | undefined> {
  const { git } = workspace;
  const tip = await readRef(git, exchangedRef(ticketBranch(ticket)));
  if (tip === undefined) return undefined;
  return (await listCommits(git, [tip])).find(
    (commit) => commit.command === command && commit.ticket === ticket,
  );
}

/** The base branch that a ticket's work names, by its commit or by its branch in the exchange; `undefined` where there is no work. */
export async function recordedBase(exchange: Git, work: string): Promise<string | undefined> {
  const commit = await readRef(exchange, work);
  if (commit === undefined) return undefined;
  const base = (await listCommits(exchange, [commit], 1))[0]?.base;
  return base !== undefined && BranchName.safeParse(base).success ? base : undefined;
}

/**
 * The tip of the ticket's branch in the exchange, `undefined` where there is none, or nothing of it is left to merge.
 * @throws conflict `branch_exists` where the branch, there or in the user's repository, has commits that are not this ticket's
 */
export async function takeOverBranch(workspace: Workspace, ticket: string): Promise<string | undefined> {
  const { git, base, repo, exchange } = workspace;
  const branch = ticketBranch(ticket);
  for (const [ref, dir] of [
    [exchangedRef(branch), exchange.gitDir],
    [userRef(branch), repo.dir],
  ] as const) {
    const tip = await readRef(git, ref);
    if (tip === undefined) continue;
    const foreign = (await listCommits(git, [tip, `^${base.commit}`])).find(
      (commit) => commit.ticket !== ticket,
    );
    if (foreign) throw branchExists(branch, dir, foreign.commit, ticket);
  }
  const tip = await readRef(git, exchangedRef(branch));
  return tip !== undefined && !(await isAncestor(git, tip, base.commit)) ? tip : undefined;
}

function branchExists(branch: string, dir: string, commit: string, ticket: string): Error {
  const command = `git -C ${dir} branch -m ${branch} ${branch}-mine`;
  return conflict(
    "branch_exists",
    `The branch "${branch}" in ${dir} has commits that are not of ${ticket}, such as ${commit.slice(0, 12)}. Rename it, then resume the ticket: ${command}`,
    { params: { branch, dir, commit, command, ticket } },
  );
}

/**
 * Puts a commit of the clone onto a branch of the exchange, from the value that was fetched.
 * @throws conflict `ref_moved` where another instance was first
 */
export async function publish(workspace: Workspace, branch: string, commit: string): Promise<void> {
  const { git, exchange, signal } = workspace;
  const expected = await readRef(git, exchangedRef(branch));
  if (expected === commit) return;
  // keeps the commit reachable in the clone
  await git.run(["update-ref", `refs/dockfra/made/${branch}`, commit]);
  await fetchCommit(exchange, git.gitDir, commit, signal);
  await moveRef(exchange, `refs/heads/${branch}`, commit, expected);
}
