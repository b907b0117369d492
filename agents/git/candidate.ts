import { conflict, notFound } from "../../bus/kernel/errors.ts";
import { commitTree } from "./commit.ts";
import { hasCommit, isAncestor, readRef } from "./refs.ts";
import { publish } from "./ticket-branch.ts";
import { formatMessage, listCommits } from "./trailers.ts";
import { mergeTrees } from "./tree-merge.ts";
import { candidateBranch, exchangedRef, type Workspace } from "./workspace.ts";

export interface CandidateRequest {
  readonly ticket: string;
  readonly command: string;
  /** The work's branch and commit. */
  readonly branch: string;
  readonly commit: string;
  /** Called before the exchange changes; throws where the work is no longer ours. */
  readonly assertLease: () => Promise<void>;
}

/** What is deployed: the base with the ticket's work on it. */
export interface MadeCandidate {
  readonly repo: string;
  readonly baseBranch: string;
  readonly baseCommit: string;
  readonly commit: string;
}

/**
 * Makes and publishes base + branch; a repeat with the same command id gives the same merge.
 * @throws `commit_missing`, conflict `merge_conflict` with the files
 */
export async function makeCandidate(workspace: Workspace, request: CandidateRequest): Promise<MadeCandidate> {
  const { git, base, repo } = workspace;
  const branch = candidateBranch(request.ticket);
  const answer = (baseCommit: string, commit: string): MadeCandidate => ({
    repo: repo.name,
    baseBranch: base.branch,
    baseCommit,
    commit,
  });
  const made = await findMerge(workspace, branch, request.command);
  if (made) return answer(made.baseCommit, made.commit);
  if (!(await hasCommit(git, request.commit))) throw commitMissing(request.commit, request.ticket);
  const commit = (await isAncestor(git, base.commit, request.commit))
    ? request.commit
    : await mergeBase(workspace, request);
  await request.assertLease();
  await publish(workspace, branch, commit);
  return answer(base.commit, commit);
}

/** The merge that a repeat of this command finds at the candidate's ref, by its trailer. */
async function findMerge(
  workspace: Workspace,
  branch: string,
  command: string,
): Promise<{ commit: string; baseCommit: string } | undefined> {
  const { git } = workspace;
  const tip = await readRef(git, exchangedRef(branch));
  if (tip === undefined) return undefined;
  const [newest] = await listCommits(git, [tip], 1);
  if (newest?.command !== command) return undefined;
  const baseCommit = await readRef(git, `${tip}^1`);
  return baseCommit === undefined ? undefined : { commit: tip, baseCommit };
}

async function mergeBase(workspace: Workspace, request: CandidateRequest): Promise<string> {
  const { git, base, signal } = workspace;
  const merged = await mergeTrees(git, base.commit, request.commit, signal);
  if (!merged.ok) throw mergeConflict(request, base.branch, merged.files);
  const message = formatMessage(`Merge ${request.branch} into ${base.branch}`, {
    ticket: request.ticket,
    command: request.command,
  });
  return commitTree(git, merged.tree, [base.commit, request.commit], message);
}

function mergeConflict(request: CandidateRequest, baseBranch: string, files: readonly string[]): Error {
  const shown = files.slice(0, 20).join(", ");
  return conflict(
    "merge_conflict",
    `${request.branch} and ${baseBranch} change the same lines of ${shown}. A resumed ticket is done anew on ${baseBranch}; a patch has to be replaced before: dockfra ticket update ${request.ticket} --description …`,
    {
      params: {
        ticket: request.ticket,
        branch: request.branch,
        base: baseBranch,
        files: shown,
        count: files.length,
      },
    },
  );
}

/** The error for a commit that the exchange does not have. */
export function commitMissing(commit: string, ticket: string): Error {
  return notFound(
    "commit_missing",
    `The exchange has no commit ${commit.slice(0, 12)} for ${ticket}. Do the work again: dockfra ticket resume ${ticket}`,
    {
      params: { commit, ticket },
    },
  );
}
