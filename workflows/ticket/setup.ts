import { assign, setup } from "xstate";
import type { TicketState } from "../../bus/messages/ticket.ts";
import { effectActions } from "../flow.ts";
import * as change from "./changes.ts";
import { approvalHash } from "./context.ts";
import type { AfterRestore, TicketContext, TicketInput } from "./context.ts";
import type { TicketEvent } from "./events.ts";
import {
  approvalLifetimeMs,
  asksAutopilot,
  beginsAlone,
  isPerson,
  maxBaseMoves,
  mayRework,
} from "./policy.ts";
import { toBlocked, type Why } from "./reasons.ts";

/** Where and why a ticket stops. */
interface Stop {
  readonly step: TicketState;
  readonly why: Why;
}

/** Reads the event as the type that the place in the chart implies. */
function as<T extends TicketEvent["type"]>(event: TicketEvent): Extract<TicketEvent, { type: T }> {
  return event as Extract<TicketEvent, { type: T }>;
}

function approves(context: TicketContext, event: TicketEvent): boolean {
  if (context.workIsOld === true) return false;
  const given = as<"ticket.approve">(event).approvalHash;
  return given === undefined || given === approvalHash(context);
}

/** Reasons that the same commit would only meet again. */
const lostWork = ["merge_conflict", "commit_missing"];

function goes(context: TicketContext, event: TicketEvent): boolean {
  return context.workIsOld !== true && as<"autopilot.decide.done">(event).output.decision === "go";
}

function approvalHolds(context: TicketContext, event: TicketEvent): boolean {
  return (
    context.approvedHash !== undefined &&
    context.approvedHash === approvalHash(context) &&
    event.atMs - (context.approvedAtMs ?? 0) < approvalLifetimeMs
  );
}

/** Somebody may be in between: nothing goes on by itself. */
const hostKeyChanged = "host_key_changed";

function isHostKeyChange(event: TicketEvent): boolean {
  return "error" in event && event.error?.code === hostKeyChanged;
}

/** Whether it was paused after its approval: from the deploy on. */
function pausedLate({ pausedFrom }: TicketContext): boolean {
  return pausedFrom !== undefined && ["deploying", "verifying", "merging", "restoring"].includes(pausedFrom);
}

function baseMoved(context: TicketContext, event: TicketEvent): boolean {
  return as<"developer.merge.failed">(event).error.code === "base_moved" && context.baseMoves < maxBaseMoves;
}

/** What the chart names: changes of the context, and questions about it. */
export const ticketSetup = setup({
  types: {} as { context: TicketContext; events: TicketEvent; input: TicketInput },
  actions: {
    ...effectActions,
    takeComment: assign(({ context, event }) => change.comment(context, as<"ticket.comment">(event))),
    takePreview: assign(({ event }) => ({ previewUrl: as<"ticket.preview">(event).url })),
    takeIncident: assign(({ context, event }) =>
      change.comment(context, { ...as<"incident.back">(event), type: "ticket.comment", author: "monitor" }),
    ),
    takeUpdate: assign(({ context, event }) => change.update(context, as<"ticket.update">(event))),
    takeTriage: assign(({ context, event }) => change.triaged(context, as<"manager.triage.done">(event))),
    takeHolder: assign(({ event }) => ({ assignedTo: as<"developer.implement.claimed">(event).instance })),
    takeWork: assign(({ event }) => ({ work: as<"developer.implement.done">(event).output })),
    takeApproval: assign(({ context, event }) => ({
      approvedHash: approvalHash(context),
      approvedAtMs: event.atMs,
    })),
    takeLive: assign(({ event }) => ({
      url: as<"deploy.live">(event).url,
      candidate: as<"deploy.live">(event).candidate,
    })),
    takeEvidence: assign(({ event }) => ({ evidence: as<"monitor.verify.done">(event).output.evidence })),
    takeMerge: assign(({ event }) => ({ mergedCommit: as<"developer.merge.done">(event).output.commit })),
    takeCheckout: assign(({ event }) => ({
      checkoutCommand: as<"host.checkout.done">(event).output.command,
    })),
    nextAttempt: assign(({ context }) => ({
      attempt: context.attempt + 1,
      assignedTo: "developer",
      blocked: undefined,
      workIsOld: false,
    })),
    nextRound: assign(({ context }) => ({ round: context.round + 1, evidence: [], blocked: undefined })),
    rework: assign(({ context, event }) => change.reworked(context, event)),
    reopen: assign(() => change.reopened()),
    clearBlocked: assign({ blocked: undefined, baseMoves: 0 }),
    countBaseMove: assign(({ context }) => ({
      baseMoves: context.baseMoves + 1,
      approvedHash: context.stack ? context.approvedHash : undefined,
    })),
    block: assign(({ context, event }, { step, why }: Stop) => ({
      blocked: toBlocked(context, event, step, why),
    })),
    blockAfterRestore: assign(({ context }) => ({ blocked: context.afterRestore?.blocked })),
    reworkAfterRestore: assign(({ context }) => ({
      reworks: context.reworks + 1,
      baseMoves: 0,
      approvedHash: undefined,
    })),
    pausedWhereBlocked: assign(({ context }) => ({ pausedFrom: context.afterRestore?.blocked?.step })),
    pausedFrom: assign((_, { step }: { step: TicketState }) => ({ pausedFrom: step })),
    thenTo: assign(({ context, event }, { to, step, why }: Stop & { to: AfterRestore["to"] }) => ({
      afterRestore: { to, blocked: toBlocked(context, event, step, why) },
      reasons: to === "rework" ? (change.reworked(context, event).reasons ?? []) : context.reasons,
    })),
  },
  guards: {
    mayAssign: ({ context, event }) =>
      context.repo !== undefined && (beginsAlone(context) || isPerson(event.by)),
    mayUpdate: ({ event }) => as<"ticket.update">(event).autonomy === undefined || isPerson(event.by),
    outsideTextChanges: ({ context, event }) =>
      !context.author.trusted &&
      change.changesText(as<"ticket.update">(event)) &&
      as<"ticket.update">(event).autonomy === undefined,
    mayUpdateOnTheWay: ({ event }) => {
      const update = as<"ticket.update">(event);
      return !change.changesText(update) && (update.autonomy === undefined || isPerson(event.by));
    },
    hasStack: ({ context }) => context.stack !== undefined,
    mayRework: ({ context }) => mayRework(context),
    asksAutopilot: ({ context }) => asksAutopilot(context),
    mayBegin: ({ context, event }) =>
      as<"autopilot.decide.done">(event).output.decision === "go" && beginsAlone(context),
    goesOnStack: ({ context, event }) => goes(context, event) && context.stack !== undefined,
    goes: ({ context, event }) => goes(context, event),
    testsFail: ({ event }) => !as<"developer.implement.done">(event).output.tests.passed,
    testsFailAndMayRework: ({ context, event }) => {
      const { output } = as<"developer.implement.done">(event);
      return !output.tests.passed && mayRework({ ...context, work: output });
    },
    reviewApproves: ({ event }) => as<"manager.review.done">(event).output.verdict === "approve",
    reviewSendsBack: ({ context, event }) =>
      as<"manager.review.done">(event).output.verdict === "rework" && mayRework(context),
    approvesThisOnStack: ({ context, event }) => context.stack !== undefined && approves(context, event),
    approvesThis: ({ context, event }) => approves(context, event),
    approvalHoldsOnStack: ({ context, event }) =>
      context.stack !== undefined && approvalHolds(context, event),
    approvalHolds: ({ context, event }) => approvalHolds(context, event),
    thisRound: ({ context, event }) => as<"deploy.settled">(event).round === context.round,
    thisRoundAndMayRework: ({ context, event }) =>
      as<"deploy.failed">(event).round === context.round && mayRework(context),
    released: ({ context, event }) =>
      as<"deploy.settled">(event).round === context.round &&
      as<"deploy.settled">(event).outcome === "released",
    notRestored: ({ context, event }) => {
      const { round, error } = as<"deploy.failed">(event);
      return round === context.round && error?.code === "not_restored";
    },
    hostKeyChanged: ({ event }) => isHostKeyChange(event),
    hostKeyChangedThisRound: ({ context, event }) =>
      as<"deploy.failed">(event).round === context.round && isHostKeyChange(event),
    pausesAfterRestore: ({ context, event }) =>
      as<"deploy.settled">(event).round === context.round &&
      context.afterRestore?.to === "blocked" &&
      context.afterRestore.blocked?.error.code === hostKeyChanged,
    pausedOnStackAndApproved: ({ context, event }) =>
      pausedLate(context) && context.stack !== undefined && approvalHolds(context, event),
    pausedLateAndApproved: ({ context, event }) => pausedLate(context) && approvalHolds(context, event),
    settledFor: ({ context, event }, { to }: { to: AfterRestore["to"] }) =>
      as<"deploy.settled">(event).round === context.round && context.afterRestore?.to === to,
    passed: ({ event }) => as<"monitor.verify.done">(event).output.passed,
    baseMovedOnStack: ({ context, event }) => baseMoved(context, event) && context.stack !== undefined,
    baseMoved: ({ context, event }) => baseMoved(context, event),
    stoppedEarly: ({ context }) =>
      context.blocked?.step === "open" || context.blocked?.step === "reopened" || context.repo === undefined,
    stoppedInWork: ({ context }) =>
      context.work === undefined ||
      !context.work.tests.passed ||
      context.workIsOld === true ||
      lostWork.includes(context.blocked?.error.code ?? "") ||
      ["assigned", "implementing", "rework"].includes(context.blocked?.step ?? ""),
    mustReview: ({ context }) => context.blocked?.step === "reviewing",
    pausedIn: ({ context }, { steps }: { steps: readonly TicketState[] }) =>
      context.pausedFrom !== undefined && steps.includes(context.pausedFrom),
  },
});
