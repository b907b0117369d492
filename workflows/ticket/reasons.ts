import { conflict, type ErrorInfo } from "../../bus/kernel/errors.ts";
import type { Evidence } from "../../bus/messages/checks.ts";
import type { Blocked, TicketState } from "../../bus/messages/ticket.ts";
import { clip } from "../clip.ts";
import type { TicketContext } from "./context.ts";
import type { TicketEvent } from "./events.ts";

/** Why a ticket is stopped, by what the event says or by the step's own rule. */
export type Why = "event" | "timeout" | "tests" | "review" | "person" | "checks";

/** Describes the stop of a ticket: the step, the coded reason, the evidence where there is some. */
export function toBlocked(context: TicketContext, event: TicketEvent, step: TicketState, why: Why): Blocked {
  const evidence = evidenceOf(event);
  return {
    step,
    error: reasonOf(context, event, step, why),
    ...(evidence ? { evidence: [...evidence] } : {}),
  };
}

/** The sentences that the developer is given for the next attempt. */
export function reworkReasons(context: TicketContext, event: TicketEvent): readonly string[] {
  switch (event.type) {
    case "developer.implement.done":
      return [`The tests fail: ${event.output.tests.output.head.slice(-2_000)}`];
    case "manager.review.done":
      return event.output.reasons;
    case "ticket.reject":
      return event.reasons;
    case "monitor.verify.done":
      return failedChecks(event.output.evidence);
    case "deploy.failed":
      return [event.error.message, ...failedChecks(event.evidence)];
    default:
      return context.reasons;
  }
}

function baseKeepsMoving({ id }: TicketContext): ErrorInfo {
  return conflict(
    "base_keeps_moving",
    `The base branch moved under ${id} again and again. Wait for the other merges, then "dockfra ticket resume ${id}".`,
    { params: { ticket: id } },
  ).toJSON();
}

function failedChecks(evidence: readonly Evidence[]): string[] {
  return evidence.filter((item) => !item.passed).map((item) => item.observed);
}

function evidenceOf(event: TicketEvent): readonly Evidence[] | undefined {
  if (event.type === "monitor.verify.done") return event.output.evidence;
  if (event.type === "deploy.failed") return event.evidence;
  return undefined;
}

function reasonOf(context: TicketContext, event: TicketEvent, step: TicketState, why: Why): ErrorInfo {
  if (why === "event" && "error" in event && event.error) {
    return event.error.code === "base_moved" ? baseKeepsMoving(context) : event.error;
  }
  const ticket = context.id;
  const resume = `"dockfra ticket resume ${ticket}"`;
  switch (why) {
    case "tests": {
      const tests = event.type === "developer.implement.done" ? event.output.tests : context.work?.tests;
      const command = clip(tests?.command ?? "");
      const exitCode = tests?.exitCode ?? -1;
      return conflict(
        "tests_failed",
        `The tests of ${ticket} fail: "${command}" exited with ${exitCode}. Mend the change, then ${resume}.`,
        { params: { ticket, command, exitCode } },
      ).toJSON();
    }
    case "review":
    case "person": {
      const reasons = clip(reworkReasons(context, event).join("; "));
      const code = why === "review" ? "review_rejected" : "approval_rejected";
      const who = why === "review" ? "The review" : "A person";
      return conflict(code, `${who} refused the change of ${ticket}: ${reasons}. Mend it, then ${resume}.`, {
        params: { ticket, reasons },
      }).toJSON();
    }
    case "checks": {
      const all = evidenceOf(event) ?? [];
      const failed = failedChecks(all);
      const observed = clip(failed.slice(0, 3).join("; "));
      return conflict(
        "verification_failed",
        `${failed.length} of ${all.length} checks failed on the running app: ${observed}. The old release was put back.`,
        { params: { ticket, failed: failed.length, total: all.length, observed } },
      ).toJSON();
    }
    default:
      return conflict(
        "step_timeout",
        `${ticket} waited too long while ${step}. See "dockfra status", then ${resume}.`,
        { params: { ticket, step } },
      ).toJSON();
  }
}
