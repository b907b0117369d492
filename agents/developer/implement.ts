import { putArtifact, readText } from "../../bus/artifact-transfer.ts";
import { conflict } from "../../bus/kernel/errors.ts";
import type { CommandInput, CommandOutput } from "../../bus/messages/commands.ts";
import { preferredEngineKey } from "../../bus/messages/settings.ts";
import type { Engine } from "../engines/engine.ts";
import { inPreferredOrder, selectEngine } from "../engines/selection.ts";
import { commitTree, snapshotTree, treeOf } from "../git/commit.ts";
import { diffStats, diffText } from "../git/diff.ts";
import { checkoutCommit } from "../git/repositories.ts";
import { isAncestor } from "../git/refs.ts";
import { findWork, publish, takeOverBranch } from "../git/ticket-branch.ts";
import { formatMessage } from "../git/trailers.ts";
import { mergeTrees } from "../git/tree-merge.ts";
import { ticketBranch, type Workspace } from "../git/workspace.ts";
import type { Handler, HandlerContext } from "../runtime/handlers.ts";
import { askProject, findRepo } from "../runtime/project.ts";
import type { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import { inWorkspace, onRecordedBase, readProjectAt, type DeveloperServices } from "./services.ts";
import { runTests } from "./test-run.ts";

type Input = CommandInput<"developer.implement">;
type Work = CommandOutput<"developer.implement">;

/** Makes the handler that turns a ticket into one commit on its branch, with its diff and its test run. */
export function createImplement(services: DeveloperServices): Handler<"developer.implement"> {
  return async (input, context) => {
    const facts = await askProject(services.client);
    const branch = `refs/heads/${ticketBranch(input.ticket.id)}`;
    const repo = await onRecordedBase(services, findRepo(facts, input.ticket.repo ?? ""), branch);
    await services.sandbox.prepare();
    return inWorkspace(services, repo, "work", context.signal, async (workspace) => {
      const project = await readProjectAt(facts, workspace);
      const { commit, engine } = await findOrMake(services, workspace, project, input, context);
      return toWork(services, workspace, project, { commit, engine, ticket: input.ticket.id }, context);
    });
  };
}

/** A commit that was made for a ticket, and by what. */
export interface Made {
  readonly commit: string;
  readonly engine: string;
}

/** A repeat of the command finds the commit that it made; otherwise an engine makes one. */
export async function findOrMake(
  services: DeveloperServices,
  workspace: Workspace,
  project: ProjectFile,
  input: Input,
  context: HandlerContext,
): Promise<Made> {
  const { ticket } = input;
  const done = await findWork(workspace, ticket.id, context.commandId);
  if (done) {
    context.progress("work_found", { commit: done.commit });
    return { commit: done.commit, engine: done.engine ?? "unknown" };
  }
  const tip = await takeOverBranch(workspace, ticket.id);
  const text = await readText(services.client, ticket.description);
  const { value: preferred } = await services.client.ask("settings.get", { key: preferredEngineKey });
  const engines = inPreferredOrder(services.engines, preferred);
  const engine = await selectEngine(engines, ticket, { text, project });
  const start = await layOut(workspace, engine, tip);
  context.progress("engine_chosen", {
    engine: engine.name,
    branch: ticketBranch(ticket.id),
    base: workspace.base.commit,
  });
  const { summary } = await engine.implement({
    ticket,
    text,
    project,
    workTree: workspace.dir,
    gitDir: workspace.git.gitDir,
    reasons: input.reasons,
    signal: context.signal,
    progress: context.progress,
  });
  const commit = await commitWork(workspace, input, {
    engine: engine.name,
    start,
    tip,
    command: context.commandId,
  });
  await context.assertLease();
  await publish(workspace, ticketBranch(ticket.id), commit);
  context.progress("work_committed", { commit, engine: engine.name }, summary);
  return { commit, engine: engine.name };
}

/** Fills the work tree with what the engine starts from, and gives that tree. */
async function layOut(workspace: Workspace, engine: Engine, tip: string | undefined): Promise<string> {
  const { git, base, signal } = workspace;
  if (tip !== undefined && engine.startsFrom === "branch") {
    const merged = await mergeTrees(git, tip, base.commit, signal);
    if (merged.ok) {
      await checkoutCommit(git, tip, signal);
      await git.run(["read-tree", "-m", "-u", tip, merged.tree], { signal });
      return merged.tree;
    }
  }
  // what does not fit the new base is done anew from there
  await checkoutCommit(git, base.commit, signal);
  return treeOf(git, base.commit);
}

interface CommitOptions {
  readonly engine: string;
  readonly start: string;
  readonly tip: string | undefined;
  readonly command: string;
}

async function commitWork(workspace: Workspace, { ticket }: Input, options: CommitOptions): Promise<string> {
  const { git, base, signal } = workspace;
  const { engine, tip, command, start } = options;
  const tree = await snapshotTree(git, start, signal);
  if (tree === (await treeOf(git, base.commit)))
    throw conflict(
      "empty_diff",
      `The engine "${engine}" changed nothing for ${ticket.id}: "${base.branch}" may have the change already. Say in the ticket what is missing, or cancel it.`,
      {
        params: { ticket: ticket.id, engine, branch: base.branch },
      },
    );
  const parents =
    tip === undefined
      ? [base.commit]
      : (await isAncestor(git, base.commit, tip))
        ? [tip]
        : [tip, base.commit];
  return commitTree(
    git,
    tree,
    parents,
    formatMessage(ticket.title, { ticket: ticket.id, command, engine, base: base.branch }),
  );
}

/** Tells what was made, with its diff and its test run; leaves the commit checked out. */
export async function toWork(
  services: DeveloperServices,
  workspace: Workspace,
  project: ProjectFile,
  made: Made & { readonly ticket: string },
  context: HandlerContext,
): Promise<Work> {
  const { git, base, dir } = workspace;
  const { commit, engine, ticket } = made;
  // the base may have moved since a commit that was found again
  const baseCommit = (await git.run(["merge-base", base.commit, commit])).trim();
  const stats = await diffStats(git, baseCommit, commit);
  const diff = await putArtifact(
    services.client,
    Buffer.from(await diffText(git, baseCommit, commit), "utf8"),
  );
  await checkoutCommit(git, commit, context.signal);
  const { redact } = await services.redactor();
  const tests = await runTests({
    client: services.client,
    redact,
    test: project.test,
    dir,
    home: services.sandbox.home,
    run: services.sandbox.run,
    signal: context.signal,
    progress: context.progress,
  });
  return {
    engine,
    branch: ticketBranch(ticket),
    baseBranch: base.branch,
    baseCommit,
    commit,
    diff,
    stats,
    tests,
  };
}
