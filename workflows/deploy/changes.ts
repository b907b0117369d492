import { conflict, unavailable, type ErrorInfo } from "../../bus/kernel/errors.ts";
import type { Evidence } from "../../bus/messages/checks.ts";
import type { FlowEvent } from "../../bus/messages/flow.ts";
import { clip } from "../clip.ts";
import {
  isSame,
  type ActiveDeploy,
  type DeployContext,
  type DeployEvent,
  type DeployRequest,
  type Outcome,
} from "./context.ts";

type EventOf<T extends DeployEvent["type"]> = Extract<DeployEvent, { type: T }>;
type Change = Partial<DeployContext>;

/** Every record of the lane carries them: they are most of its bytes. */
const keptOutcomes = 20;
/** Older outcomes keep their error; their evidence is in the history. */
const keptEvidence = 5;
const keptReleases = 10;

/** Puts a wish at the end of the queue. */
export function enqueue(context: DeployContext, event: EventOf<"deploy.request">): Change {
  const { ticket, round, repo, branch, commit } = event;
  return { queue: [...context.queue, { ticket, round, repo, branch, commit }] };
}

/** Takes the first wish of the queue in hand. */
export function begin(context: DeployContext, event: DeployEvent): Change {
  const [head, ...queue] = context.queue as readonly [DeployRequest, ...DeployRequest[]];
  return { active: { ...head, startedAtMs: event.atMs, withdrawn: false }, queue };
}

/** Marks the wish in hand as no longer wanted; any other is out of the queue, also when its request comes later. */
export function withdraw(context: DeployContext, event: EventOf<"deploy.rollback">): Change {
  if (context.active && isSame(context.active, event))
    return { active: { ...context.active, withdrawn: true } };
  const { ticket, round } = event;
  return {
    queue: context.queue.filter((request) => !isSame(request, event)),
    outcomes: remember(context, {
      ticket,
      round,
      event: { type: "deploy.settled", round, outcome: "withdrawn" },
    }),
  };
}

/** Remembers why the deploy failed. */
export function fail(context: DeployContext, event: DeployEvent): Change {
  return { active: { ...(context.active as ActiveDeploy), failure: failureOf(context, event) } };
}

/** The candidate is what runs now. */
export function release(context: DeployContext, event: DeployEvent): Change {
  const active = context.active as ActiveDeploy;
  const current = {
    id: `${active.ticket}.${active.round}`,
    stack: context.stack,
    commit: active.candidate?.commit ?? active.commit,
    ticket: active.ticket,
    atMs: event.atMs,
    url: active.url ?? "",
  };
  return { current, releases: [...context.releases, current].slice(-keptReleases) };
}

/** Ends the wish in hand and remembers what its ticket was told. */
export function end(context: DeployContext, told: FlowEvent): Change {
  const { ticket, round } = context.active as ActiveDeploy;
  return {
    active: undefined,
    outcomes: remember(context, { ticket, round, event: told }),
  };
}

function remember({ outcomes }: DeployContext, latest: Outcome): readonly Outcome[] {
  const kept = [...outcomes, latest].slice(-keptOutcomes);
  return kept.map((outcome, index) =>
    index < kept.length - keptEvidence && "evidence" in outcome.event
      ? { ...outcome, event: { ...outcome.event, evidence: [] } }
      : outcome,
  );
}

/** What the ticket is told when its wish ends: `failed` where it did not ask for the end itself. */
export function outcomeOf(context: DeployContext, event: DeployEvent): FlowEvent {
  const active = context.active as ActiveDeploy;
  const { round, failure } = active;
  if (event.type === "deploy.confirm") return { type: "deploy.settled", round, outcome: "released" };
  const broken = brokenOf(context, event);
  if (active.withdrawn) {
    if (broken) return { type: "deploy.settled", round, outcome: "not_restored", error: broken };
    return { type: "deploy.settled", round, outcome: active.candidate ? "restored" : "withdrawn" };
  }
  const { error, evidence } = failure ?? failureOf(context, event);
  return { type: "deploy.failed", round, error: broken ?? error, evidence: [...evidence] };
}

/** The error of a stack whose old release could not be put back, or `undefined` where it answers. */
function brokenOf(context: DeployContext, event: DeployEvent): ErrorInfo | undefined {
  const why =
    event.type === "monitor.restore.failed"
      ? event.error
      : (event.type === "monitor.restore.done" || event.type === "monitor.deploy.done") &&
          event.output.outcome === "not_restored"
        ? event.output.error
        : event.type.startsWith("xstate.after.restoreTimeout")
          ? stepTimeout(context, "restoring")
          : undefined;
  if (!why) return undefined;
  // a host that may be another one was not touched: the ticket has to hear that, not only that the way back failed
  if (why.code === "host_key_changed") return why;
  const quoted = clip(why.message);
  return unavailable(
    "not_restored",
    `The old release of "${context.stack}" could not be put back: ${quoted} Look at it now: "dockfra status".`,
    { params: { stack: context.stack, why: quoted }, retryable: false },
  ).toJSON();
}

function failureOf(
  context: DeployContext,
  event: DeployEvent,
): { error: ErrorInfo; evidence: readonly Evidence[] } {
  if ("error" in event) return { error: event.error, evidence: [] };
  if (event.type === "monitor.deploy.done" && event.output.outcome !== "deployed") {
    return { error: event.output.error, evidence: event.output.evidence };
  }
  // A timer is named after the step that it ends: `xstate.after.trialTimeout.deploy.trial`.
  return { error: stepTimeout(context, event.type.slice(event.type.lastIndexOf(".") + 1)), evidence: [] };
}

function stepTimeout(context: DeployContext, step: string): ErrorInfo {
  return conflict(
    "deploy_timeout",
    `The deploy of ${context.active?.ticket ?? "a ticket"} to "${context.stack}" took too long while ${step}. See "dockfra status".`,
    { params: { stack: context.stack, ticket: context.active?.ticket ?? "", step } },
  ).toJSON();
}
