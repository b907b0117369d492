import type { CommandInput } from "../../bus/messages/commands.ts";
import type { Handler, HandlerContext } from "../runtime/handlers.ts";
import { askProject, findRepo, findStack } from "../runtime/project.ts";
import type { ReleaseRef, Target } from "../../stacks/targets/target.ts";
import { waitUnless } from "./abandon.ts";
import { explainRelease, toEvidence } from "./diagnose/failure-diagnosis.ts";
import { toDeployOutcome } from "./outcomes.ts";
import { pruneReleases, touchRelease } from "./pruning.ts";
import { runRecorded } from "./release-runs.ts";
import { prepareRelease, readProjectAt, type MonitorServices } from "./services.ts";

/** A target with both releases laid out: what shall run, and what ran before. */
export interface Staged {
  readonly target: Target;
  readonly candidate: ReleaseRef;
  readonly previous: ReleaseRef;
}

/** Makes the handler that puts a candidate on its stack, or leaves what ran before. */
export function createDeploy(services: MonitorServices): Handler<"monitor.deploy"> {
  return async (input, context) => {
    const { target, candidate, previous } = await stage(services, input, context);
    await context.assertLease();
    context.progress("deploy_started", { stack: input.stack, commit: candidate.commit });
    const request = { commandId: context.commandId, release: candidate, previous };
    const parts = { root: services.root, stateDir: services.stateDir, bus: services.client };
    const run = { ...request, stateDir: services.stateDir, target, by: input.ticket, ticket: input.ticket };
    const deploying = runRecorded(run, () =>
      target.deploy(request, {
        onProgress: stepTeller(context, input.stack),
        explain: async (reason, logTail) => toEvidence(await explainRelease(reason, logTail, parts)),
      }),
    );
    const outcome = await waitUnless(context.signal, deploying);
    await tidy(services, input.stack, [candidate.commit, previous.commit], context);
    context.progress(`deploy_${outcome.outcome}`, {
      stack: input.stack,
      commit: candidate.commit,
      url: outcome.url,
    });
    return toDeployOutcome(outcome);
  };
}

/** Finds the target and lays out both trees; before the first deploy the base commit is what ran. */
export async function stage(
  services: MonitorServices,
  input: CommandInput<"monitor.deploy">,
  context: HandlerContext,
): Promise<Staged> {
  const facts = await askProject(services.client);
  const repo = findRepo(facts, input.candidate.repo);
  const stack = findStack(facts, input.stack);
  const project = await readProjectAt(services, facts, repo, input.candidate.baseCommit);
  const wish = { repo, stack };
  const candidate = await prepareRelease(
    services,
    { ...wish, commit: input.candidate.commit, releaseId: context.commandId },
    context.signal,
  );
  const before = input.previous ?? { commit: input.candidate.baseCommit, id: "initial" };
  const previous = await prepareRelease(
    services,
    { ...wish, commit: before.commit, releaseId: before.id },
    context.signal,
  );
  const target = await services.chooseTarget(project, stack, candidate.dir);
  await Promise.all([touchRelease(candidate.dir), touchRelease(previous.dir)]);
  return { target, candidate, previous };
}

/** Tells each step of a target on the feed. */
export function stepTeller({ progress }: HandlerContext, stack: string): (line: string) => void {
  return (line) => progress("deploy_step", { stack }, line);
}

async function tidy(
  services: MonitorServices,
  stack: string,
  keep: readonly string[],
  { log }: HandlerContext,
): Promise<void> {
  try {
    const removed = await pruneReleases(services.stateDir, stack, keep);
    if (removed.length > 0) log.info({ stack, removed }, "old releases removed");
  } catch (error) {
    log.warn({ stack, err: error }, "old releases could not be removed");
  }
}
