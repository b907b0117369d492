import type { TicketState } from "../../bus/messages/ticket.ts";
import { toBrief, type AfterRestore, type TicketContext } from "./context.ts";
import type { Why } from "./reasons.ts";

/** The deploy lane of the ticket's stack. */
export const laneOf = (context: TicketContext) => ({ kind: "deploy", id: context.stack ?? "" }) as const;

/** Blocks the ticket with a reason. */
export const stop = (step: TicketState, why: Why) =>
  ({ target: "#ticket.blocked", actions: { type: "block", params: { step, why } } }) as const;
/** Pauses the ticket with a reason that a person has to look into before anything goes on. */
export const pause = (step: TicketState) =>
  ({
    target: "#ticket.paused",
    actions: [
      { type: "block", params: { step, why: "event" } },
      { type: "pausedFrom", params: { step } },
    ],
  }) as const;
/** Stops the ticket for what the event says: a host that may be another one pauses it, everything else blocks it. */
export const stopOrPause = (step: TicketState) =>
  [{ ...pause(step), guard: "hostKeyChanged" }, stop(step, "event")] as const;
/** What a person may do while nothing of the ticket runs on a stack. */
export const early = (step: TicketState) =>
  ({
    "ticket.pause": { target: "#ticket.paused", actions: { type: "pausedFrom", params: { step } } },
    "ticket.cancel": { target: "#ticket.cancelled" },
  }) as const;
/** Puts the old release back, then goes on. */
export const restore = (to: AfterRestore["to"], step: TicketState, why: Why) =>
  ({ target: "#ticket.restoring", actions: { type: "thenTo", params: { to, step, why } } }) as const;
/** Sends the ticket back to the developer. */
export const rework = { target: "#ticket.rework", actions: "rework" } as const;

/** What runs is what was approved: from the deploy to the merge its words, checks and stack stay. */
export const fixedText = {
  "ticket.update": [{ guard: "mayUpdateOnTheWay", actions: "takeUpdate" }, {}],
} as const;

/** New words of an outside author are new: a person begins the work again. */
export const outsideText = {
  "ticket.update": { target: "#ticket.open", guard: "outsideTextChanges", actions: ["forget", "takeUpdate"] },
} as const;

/** A person begins the ticket anew. */
export const reopening = { "ticket.reopen": { target: "#ticket.reopened", actions: "reopen" } } as const;
/** An incident's ticket that nobody worked on ends with the incident, and begins anew when the symptom is back. */
export const incidentOver = {
  "incident.over": { target: "#ticket.closed", actions: "clearBlocked" },
} as const;
export const incidentBack = {
  "incident.back": { target: "#ticket.reopened", actions: ["reopen", "takeIncident"] },
} as const;

/** Triage by the manager, then the autopilot's word; the same for a new ticket and a reopened one. */
export const triage = <S extends "open" | "reopened">(step: S) =>
  ({
    initial: "triaging",
    on: {
      ...early(step),
      ...incidentOver,
      "ticket.assign": { target: "#ticket.assigned", guard: "mayAssign" },
    },
    states: {
      triaging: {
        entry: {
          type: "command",
          params: ({ context }: { context: TicketContext }) =>
            ({ command: "manager.triage", input: { ticket: toBrief(context) } }) as const,
        },
        exit: "forget",
        after: { triageTimeout: stop(step, "timeout") },
        on: {
          "manager.triage.done": { target: "deciding", actions: "takeTriage" },
          "manager.triage.failed": stop(step, "event"),
        },
      },
      deciding: {
        entry: {
          type: "command",
          params: ({ context }: { context: TicketContext }) =>
            ({
              command: "autopilot.decide",
              input: { ticket: toBrief(context), question: "assign", reworks: context.reworks },
            }) as const,
        },
        exit: "forget",
        after: { decideTimeout: { target: "waiting" } },
        on: {
          "autopilot.decide.done": [{ target: "#ticket.assigned", guard: "mayBegin" }, { target: "waiting" }],
          "autopilot.decide.failed": { target: "waiting" },
        },
      },
      /** Until a person says go. */
      waiting: {},
    },
  }) as const;

/** The developer's command; it stays pending from the pick-up to its result. */
const implement = {
  type: "command",
  params: ({ context }: { context: TicketContext }) =>
    ({
      command: "developer.implement",
      input: { ticket: toBrief(context), reasons: [...context.reasons], attempt: context.attempt },
    }) as const,
} as const;

/** Waits for a developer to claim the work. */
export const waitForPickUp = <S extends "assigned" | "rework">(step: S) =>
  ({
    entry: ["nextAttempt", implement],
    after: { pickupTimeout: stop(step, "timeout") },
    on: {
      ...early(step),
      ...outsideText,
      "developer.implement.claimed": { target: "#ticket.implementing", actions: "takeHolder" },
      "developer.implement.failed": stopOrPause(step),
    },
  }) as const;

const settledFor = (to: AfterRestore["to"]) => ({ type: "settledFor", params: { to } }) as const;
/** Where a ticket goes once the old release answers again. */
export const afterRestore = [
  { target: "cancelled", guard: settledFor("cancelled") },
  { target: "deploying", guard: settledFor("deploying") },
  { target: "rework", guard: settledFor("rework"), actions: "reworkAfterRestore" },
  { target: "paused", guard: "pausesAfterRestore", actions: ["blockAfterRestore", "pausedWhereBlocked"] },
  { target: "blocked", guard: settledFor("blocked"), actions: "blockAfterRestore" },
] as const;

/** Where a blocked ticket goes on: at the step that stopped it, or before it where more has changed. */
export const resumeBlocked = [
  { target: "open", guard: "stoppedEarly", actions: "clearBlocked" },
  { target: "assigned", guard: "stoppedInWork", actions: "clearBlocked" },
  { target: "reviewing", guard: "mustReview", actions: "clearBlocked" },
  { target: "deploying", guard: "approvalHoldsOnStack", actions: "clearBlocked" },
  { target: "merging", guard: "approvalHolds", actions: "clearBlocked" },
  { target: "approving", actions: "clearBlocked" },
] as const;

const pausedIn = (...steps: TicketState[]) => ({ type: "pausedIn", params: { steps } }) as const;
/** Where a paused ticket goes on. */
export const resumePaused = [
  { target: "open", guard: pausedIn("open", "reopened"), actions: "clearBlocked" },
  { target: "reviewing", guard: pausedIn("reviewing"), actions: "clearBlocked" },
  { target: "deploying", guard: "pausedOnStackAndApproved", actions: "clearBlocked" },
  { target: "merging", guard: "pausedLateAndApproved", actions: "clearBlocked" },
  {
    target: "approving",
    guard: pausedIn("approving", "deploying", "verifying", "merging", "restoring"),
    actions: "clearBlocked",
  },
  { target: "assigned", actions: "clearBlocked" },
] as const;

/** The user's own checkout follows where it safely can; the ticket closes either way. */
export const updating = {
  entry: {
    type: "command",
    params: ({ context }: { context: TicketContext }) =>
      ({
        command: "host.checkout",
        input: {
          repo: context.repo,
          baseBranch: context.work?.baseBranch,
          commit: context.mergedCommit,
        },
      }) as const,
  },
  exit: "forget",
  after: { mergeTimeout: { target: "#ticket.closed" } },
  on: {
    "host.checkout.done": { target: "#ticket.closed", actions: "takeCheckout" },
    "host.checkout.failed": { target: "#ticket.closed" },
  },
} as const;
