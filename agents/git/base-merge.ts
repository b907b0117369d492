import { conflict, DockfraError } from "../../bus/kernel/errors.ts";
import { commitMissing, type MadeCandidate } from "./candidate.ts";
import { fetchCommit, hasCommit, isAncestor, moveRef } from "./refs.ts";
import type { Workspace } from "./workspace.ts";

export interface MergeRequest {
  readonly ticket: string;
  readonly candidate: MadeCandidate;
  /** Called before the base moves; throws where the work is no longer ours. */
  readonly assertLease: () => Promise<void>;
}

/**
 * Moves the base branch of the exchange forward to the candidate, never by force; done already is done.
 * @throws conflict `base_moved` where the base is no longer what the evidence is about, `commit_missing`
 */
export async function mergeCandidate(workspace: Workspace, request: MergeRequest): Promise<string> {
  const { git, exchange, base, signal } = workspace;
  const { commit, baseCommit } = request.candidate;
  if (!(await hasCommit(git, commit))) throw commitMissing(commit, request.ticket);
  if (await isAncestor(git, commit, base.commit)) return commit;
  if (
    base.commit !== baseCommit ||
    base.branch !== request.candidate.baseBranch ||
    !(await isAncestor(git, baseCommit, commit))
  )
    throw baseMoved(request, base.branch, base.commit);
  await request.assertLease();
  await fetchCommit(exchange, git.gitDir, commit, signal);
  try {
    await moveRef(exchange, `refs/heads/${base.branch}`, commit, base.exchanged);
  } catch (error) {
    if (error instanceof DockfraError && error.code === "ref_moved")
      throw baseMoved(request, base.branch, "another commit", error);
    throw error;
  }
  return commit;
}

function baseMoved(request: MergeRequest, branch: string, to: string, cause?: unknown): Error {
  const { baseCommit } = request.candidate;
  return conflict(
    "base_moved",
    `"${branch}" moved from ${baseCommit.slice(0, 12)} to ${to.slice(0, 14)} since the candidate of ${request.ticket} was made. Make and verify a new one.`,
    { cause, params: { ticket: request.ticket, branch, from: baseCommit, to } },
  );
}
