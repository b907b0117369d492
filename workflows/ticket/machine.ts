import { createTicketContext, toBrief } from "./context.ts";
import type { TicketTimeouts } from "./policy.ts";
import { ticketSetup } from "./setup.ts";
import {
  afterRestore,
  early,
  fixedText,
  incidentBack,
  incidentOver,
  laneOf,
  outsideText,
  pause,
  reopening,
  resumeBlocked,
  resumePaused,
  restore,
  rework,
  stop,
  stopOrPause,
  triage,
  updating,
  waitForPickUp,
} from "./states.ts";

/** The ticket machine, from create to close; the delays come from outside, so that a test need not wait. */
export function createTicketMachine(timeouts: TicketTimeouts) {
  return ticketSetup.extend({ delays: { ...timeouts } }).createMachine({
    id: "ticket",
    context: ({ input }) => createTicketContext(input),
    initial: "open",
    on: {
      "ticket.comment": { actions: "takeComment" },
      "ticket.preview": { actions: "takePreview" },
      "ticket.update": { guard: "mayUpdate", actions: "takeUpdate" },
    },
    states: {
      open: triage("open"),
      assigned: waitForPickUp("assigned"),
      rework: waitForPickUp("rework"),
      implementing: {
        exit: "forget",
        after: { implementTimeout: stop("implementing", "timeout") },
        on: {
          ...early("implementing"),
          ...outsideText,
          // Another instance took over from one that died.
          "developer.implement.claimed": { actions: "takeHolder" },
          "developer.implement.done": [
            { target: "rework", guard: "testsFailAndMayRework", actions: ["takeWork", "rework"] },
            {
              target: "blocked",
              guard: "testsFail",
              actions: ["takeWork", { type: "block", params: { step: "implementing", why: "tests" } }],
            },
            { target: "reviewing", actions: "takeWork" },
          ],
          "developer.implement.failed": stopOrPause("implementing"),
        },
      },
      reviewing: {
        entry: {
          type: "command",
          params: ({ context }) => ({
            command: "manager.review" as const,
            input: { ticket: toBrief(context), work: context.work },
          }),
        },
        exit: "forget",
        after: { reviewTimeout: stop("reviewing", "timeout") },
        on: {
          ...early("reviewing"),
          ...outsideText,
          "manager.review.done": [
            { target: "approving", guard: "reviewApproves" },
            { ...rework, guard: "reviewSendsBack" },
            stop("reviewing", "review"),
          ],
          "manager.review.failed": stop("reviewing", "event"),
        },
      },
      approving: {
        initial: "routing",
        on: {
          ...early("approving"),
          "ticket.approve": [
            { target: "#ticket.deploying", guard: "approvesThisOnStack", actions: "takeApproval" },
            { target: "#ticket.merging", guard: "approvesThis", actions: "takeApproval" },
          ],
          "ticket.reject": [{ ...rework, guard: "mayRework" }, stop("approving", "person")],
        },
        states: {
          routing: { always: [{ target: "deciding", guard: "asksAutopilot" }, { target: "waiting" }] },
          deciding: {
            entry: {
              type: "command",
              params: ({ context }) => ({
                command: "autopilot.decide" as const,
                input: { ticket: toBrief(context), question: "approve", reworks: context.reworks },
              }),
            },
            exit: "forget",
            after: { decideTimeout: { target: "waiting" } },
            on: {
              "autopilot.decide.done": [
                { target: "#ticket.deploying", guard: "goesOnStack", actions: "takeApproval" },
                { target: "#ticket.merging", guard: "goes", actions: "takeApproval" },
                { target: "waiting" },
              ],
              "autopilot.decide.failed": { target: "waiting" },
              // What the autopilot was asked about is no longer what would be approved.
              "ticket.update": { target: "routing", guard: "mayUpdate", actions: "takeUpdate" },
            },
          },
          waiting: {},
        },
      },
      deploying: {
        entry: [
          "nextRound",
          {
            type: "send",
            params: ({ context }) => ({
              to: laneOf(context),
              event: {
                type: "deploy.request",
                ticket: context.id,
                round: context.round,
                repo: context.repo,
                branch: context.work?.branch,
                commit: context.work?.commit,
              },
            }),
          },
        ],
        exit: "forget",
        after: { deployTimeout: restore("blocked", "deploying", "timeout") },
        on: {
          ...fixedText,
          "ticket.cancel": restore("cancelled", "deploying", "event"),
          "deploy.live": { target: "verifying", guard: "thisRound", actions: "takeLive" },
          "deploy.failed": [
            { ...pause("deploying"), guard: "hostKeyChangedThisRound" },
            { ...stop("deploying", "event"), guard: "notRestored" },
            { ...rework, guard: "thisRoundAndMayRework" },
            { ...stop("deploying", "event"), guard: "thisRound" },
          ],
        },
      },
      verifying: {
        entry: {
          type: "command",
          params: ({ context }) => ({
            command: "monitor.verify" as const,
            input: {
              stack: context.stack,
              repo: context.repo,
              ticket: context.id,
              url: context.url,
              commit: context.candidate?.commit,
              checks: [...context.checks],
            },
          }),
        },
        exit: "forget",
        after: { verifyTimeout: restore("blocked", "verifying", "timeout") },
        on: {
          ...fixedText,
          "ticket.cancel": restore("cancelled", "verifying", "event"),
          "monitor.verify.done": [
            { target: "merging", guard: "passed", actions: "takeEvidence" },
            { ...restore("rework", "verifying", "checks"), guard: "mayRework" },
            restore("blocked", "verifying", "checks"),
          ],
          "monitor.verify.failed": restore("blocked", "verifying", "event"),
        },
      },
      merging: {
        initial: "merging",
        on: fixedText,
        states: {
          merging: {
            entry: {
              type: "command",
              params: ({ context }) => ({
                command: "developer.merge" as const,
                input: {
                  ticket: context.id,
                  candidate: context.candidate ?? {
                    repo: context.repo,
                    baseBranch: context.work?.baseBranch,
                    baseCommit: context.work?.baseCommit,
                    commit: context.work?.commit,
                  },
                },
              }),
            },
            exit: "forget",
            after: {
              mergeTimeout: [
                { ...restore("blocked", "merging", "timeout"), guard: "hasStack" },
                stop("merging", "timeout"),
              ],
            },
            on: {
              "developer.merge.done": [
                { target: "settling", guard: "hasStack", actions: "takeMerge" },
                { target: "updating", actions: "takeMerge" },
              ],
              "developer.merge.failed": [
                {
                  target: "#ticket.restoring",
                  guard: "baseMovedOnStack",
                  actions: [restore("deploying", "merging", "event").actions, "countBaseMove"],
                },
                { ...restore("blocked", "merging", "event"), guard: "hasStack" },
                // Without a stack there is no candidate to make anew: the work itself is.
                { target: "#ticket.assigned", guard: "baseMoved", actions: "countBaseMove" },
                ...stopOrPause("merging"),
              ],
            },
          },
          /** The candidate becomes the stack's release. */
          settling: {
            entry: {
              type: "send",
              params: ({ context }) => ({
                to: laneOf(context),
                event: { type: "deploy.confirm", ticket: context.id, round: context.round },
              }),
            },
            exit: "forget",
            after: { mergeTimeout: { target: "updating" } },
            on: {
              "deploy.settled": { target: "updating", guard: "released" },
              // The lane gave the candidate up before it was confirmed: merged, but not what runs.
              "deploy.failed": { ...stop("merging", "event"), guard: "thisRound" },
            },
          },
          updating,
        },
      },
      restoring: {
        entry: {
          type: "send",
          params: ({ context }) => ({
            to: laneOf(context),
            event: { type: "deploy.rollback", ticket: context.id, round: context.round },
          }),
        },
        exit: "forget",
        after: { restoreTimeout: stop("restoring", "timeout") },
        on: {
          ...fixedText,
          "deploy.settled": [
            { ...pause("restoring"), guard: "hostKeyChangedThisRound" },
            { ...stop("restoring", "event"), guard: "notRestored" },
            ...afterRestore,
          ],
          // The deploy failed by itself while the ticket was leaving: the old release answers already.
          "deploy.failed": [
            { ...pause("restoring"), guard: "hostKeyChangedThisRound" },
            { ...stop("restoring", "event"), guard: "notRestored" },
            ...afterRestore,
          ],
        },
      },
      blocked: {
        entry: "forget",
        on: {
          ...incidentOver,
          "ticket.cancel": { target: "cancelled" },
          "ticket.resume": resumeBlocked,
        },
      },
      paused: {
        entry: "forget",
        on: {
          ...incidentOver,
          "ticket.cancel": { target: "cancelled" },
          "ticket.resume": resumePaused,
        },
      },
      cancelled: {
        entry: ["forget", "clearBlocked"],
        on: reopening,
      },
      reopened: triage("reopened"),
      closed: {
        entry: "forget",
        on: { ...reopening, ...incidentBack },
      },
    },
  });
}
