import { assign, setup } from "xstate";
import { effectActions } from "../flow.ts";
import { createIncidentContext, type IncidentContext, type IncidentEvent } from "./context.ts";

type Report = Extract<IncidentEvent, { type: "incident.report" }>;
const reported = (event: IncidentEvent): Report => event as Report;

const incidentSetup = setup({
  types: {} as { context: IncidentContext; events: IncidentEvent; input: Report },
  actions: {
    ...effectActions,
    see: assign(({ context, event }) => ({ lastSeenMs: event.atMs, times: context.times + 1 })),
    seeAgain: assign(({ event }) => {
      const { release, suspectCommit, suspectTicket, title, quietMs, atMs } = reported(event);
      return {
        release,
        suspectCommit,
        suspectTicket,
        title,
        quietMs,
        firstSeenMs: atMs,
        lastSeenMs: atMs,
        times: 1,
      };
    }),
  },
  guards: {
    /** The monitor looked all that time; where it was down, nobody can say that the symptom stayed away. */
    stayedAway: ({ context, event }) => event.atMs - context.lastSeenMs >= context.quietMs,
  },
});

/** A symptom of one stack: open while it is seen, over when it stayed away for the time set. */
export const incidentMachine = incidentSetup.createMachine({
  id: "incident",
  context: ({ input }) => createIncidentContext(input),
  initial: "open",
  states: {
    open: {
      on: {
        "incident.report": { actions: "see" },
        "incident.clear": {
          target: "over",
          guard: "stayedAway",
          actions: {
            type: "send",
            params: ({ context, event }) => ({
              to: { kind: "ticket" as const, id: context.ticket },
              event: { type: "incident.over", quietMs: event.atMs - context.lastSeenMs },
            }),
          },
        },
      },
    },
    over: {
      on: {
        "incident.report": {
          target: "open",
          actions: [
            "seeAgain",
            {
              type: "send",
              params: ({ context, event }) => ({
                to: { kind: "ticket" as const, id: context.ticket },
                event: { type: "incident.back", text: reported(event).text },
              }),
            },
          ],
        },
      },
    },
  },
});
