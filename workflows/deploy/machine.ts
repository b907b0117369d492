import { assign, setup } from "xstate";
import type { FlowEvent } from "../../bus/messages/flow.ts";
import { effectActions } from "../flow.ts";
import * as change from "./changes.ts";
import { isSame, type DeployContext, type DeployEvent } from "./context.ts";

/** How long each step of a deploy may take, in milliseconds. */
export interface DeployTimeouts {
  readonly candidateTimeout: number;
  readonly deployTimeout: number;
  /** From a running candidate to the ticket's word; the ticket has timers of its own. */
  readonly trialTimeout: number;
  readonly restoreTimeout: number;
}

const minute = 60_000;

export const defaultDeployTimeouts: DeployTimeouts = {
  candidateTimeout: 15 * minute,
  deployTimeout: 60 * minute,
  trialTimeout: 180 * minute,
  restoreTimeout: 25 * minute,
};

type Ask = { readonly ticket: string; readonly round: number };
const ask = (event: DeployEvent): Ask => event as unknown as Ask;
const known = (context: DeployContext, event: DeployEvent) =>
  context.outcomes.findLast((outcome) => isSame(outcome, ask(event)));

const deploySetup = setup({
  types: {} as { context: DeployContext; events: DeployEvent; input: { stack: string } },
  actions: {
    ...effectActions,
    enqueue: assign(({ context, event }) =>
      change.enqueue(context, event as Extract<DeployEvent, { type: "deploy.request" }>),
    ),
    begin: assign(({ context, event }) => change.begin(context, event)),
    withdraw: assign(({ context, event }) =>
      change.withdraw(context, event as Extract<DeployEvent, { type: "deploy.rollback" }>),
    ),
    takeCandidate: assign(({ context, event }) =>
      context.active && event.type === "developer.candidate.done"
        ? { active: { ...context.active, candidate: event.output } }
        : {},
    ),
    takeUrl: assign(({ context, event }) =>
      context.active && event.type === "monitor.deploy.done"
        ? { active: { ...context.active, url: event.output.url } }
        : {},
    ),
    fail: assign(({ context, event }) => change.fail(context, event)),
    release: assign(({ context, event }) => change.release(context, event)),
    end: assign(({ context, event }) => change.end(context, change.outcomeOf(context, event))),
  },
  guards: {
    waits: ({ context }) => context.queue.length > 0,
    isActive: ({ context, event }) => isSame(context.active, ask(event)),
    isQueued: ({ context, event }) => context.queue.some((request) => isSame(request, ask(event))),
    isKnown: ({ context, event }) => known(context, event) !== undefined,
    isWithdrawn: ({ context }) => context.active?.withdrawn === true,
    deployed: ({ event }) => event.type === "monitor.deploy.done" && event.output.outcome === "deployed",
    deployedButWithdrawn: ({ context, event }) =>
      event.type === "monitor.deploy.done" &&
      event.output.outcome === "deployed" &&
      context.active?.withdrawn === true,
  },
});

/** Tells the ticket in hand how its wish ended, then ends it. */
const tell = {
  type: "send",
  params: ({ context, event }: { context: DeployContext; event: DeployEvent }) => ({
    to: { kind: "ticket" as const, id: context.active?.ticket ?? "" },
    event: change.outcomeOf(context, event),
  }),
} as const;
const ends = { target: "#deploy.idle", actions: [tell, "end"] } as const;

const answerTo = (event: (context: DeployContext, asked: DeployEvent) => FlowEvent) =>
  ({
    type: "send",
    params: ({ context, event: asked }: { context: DeployContext; event: DeployEvent }) => ({
      to: { kind: "ticket" as const, id: ask(asked).ticket },
      event: event(context, asked),
    }),
  }) as const;
const answerAgain = answerTo((context, asked) => known(context, asked)?.event ?? { type: "deploy.settled" });
const answerWithdrawn = answerTo((_, asked) => ({
  type: "deploy.settled",
  round: ask(asked).round,
  outcome: "withdrawn",
}));
const answerLive = {
  type: "send",
  params: ({ context }: { context: DeployContext }) => ({
    to: { kind: "ticket" as const, id: context.active?.ticket ?? "" },
    event: {
      type: "deploy.live",
      round: context.active?.round,
      url: context.active?.url,
      candidate: context.active?.candidate,
    },
  }),
} as const;

/** Gives the monitor the candidate in hand, and the release that was there before it. */
const candidateTo = (command: "monitor.deploy" | "monitor.restore") =>
  ({
    type: "command",
    params: ({ context }: { context: DeployContext }) => ({
      command,
      input: {
        stack: context.stack,
        ticket: context.active?.ticket,
        candidate: context.active?.candidate,
        ...(context.current ? { previous: context.current } : {}),
      },
    }),
  }) as const;

/** The deploy lane of one stack: one candidate at a time from its making to its release or its way back. */
export function createDeployMachine(timeouts: DeployTimeouts) {
  return deploySetup.extend({ delays: { ...timeouts } }).createMachine({
    id: "deploy",
    context: ({ input }) => ({ stack: input.stack, queue: [], outcomes: [], releases: [] }),
    initial: "idle",
    on: {
      "deploy.request": [
        { guard: "isKnown", actions: answerAgain },
        { guard: "isActive" },
        { guard: "isQueued" },
        { actions: "enqueue" },
      ],
      "deploy.confirm": { guard: "isKnown", actions: answerAgain },
      "deploy.rollback": [
        { guard: "isKnown", actions: answerAgain },
        { guard: "isActive", actions: "withdraw" },
        { actions: ["withdraw", answerWithdrawn] },
      ],
    },
    states: {
      idle: { always: { target: "preparing", guard: "waits", actions: "begin" } },
      preparing: {
        entry: {
          type: "command",
          params: ({ context }) => ({
            command: "developer.candidate" as const,
            input: {
              ticket: context.active?.ticket,
              repo: context.active?.repo,
              branch: context.active?.branch,
              commit: context.active?.commit,
            },
          }),
        },
        exit: "forget",
        after: { candidateTimeout: ends },
        on: {
          "developer.candidate.done": [
            { ...ends, guard: "isWithdrawn" },
            { target: "deploying", actions: "takeCandidate" },
          ],
          "developer.candidate.failed": ends,
        },
      },
      deploying: {
        entry: candidateTo("monitor.deploy"),
        exit: "forget",
        after: { deployTimeout: { target: "restoring", actions: "fail" } },
        on: {
          "monitor.deploy.done": [
            { target: "restoring", guard: "deployedButWithdrawn" },
            { target: "trial", guard: "deployed", actions: "takeUrl" },
            ends,
          ],
          "monitor.deploy.failed": { target: "restoring", actions: "fail" },
        },
      },
      /** The candidate answers; its ticket decides what becomes of it. */
      trial: {
        entry: answerLive,
        exit: "forget",
        after: { trialTimeout: { target: "restoring", actions: "fail" } },
        on: {
          "deploy.request": { guard: "isActive", actions: answerLive },
          "deploy.confirm": { target: "idle", guard: "isActive", actions: ["release", tell, "end"] },
          "deploy.rollback": { target: "restoring", guard: "isActive", actions: "withdraw" },
        },
      },
      restoring: {
        entry: candidateTo("monitor.restore"),
        exit: "forget",
        after: { restoreTimeout: ends },
        on: { "monitor.restore.done": ends, "monitor.restore.failed": ends },
      },
    },
  });
}
