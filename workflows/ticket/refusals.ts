import { conflict, type ErrorInfo } from "../../bus/kernel/errors.ts";
import type { FlowEvent } from "../../bus/messages/flow.ts";
import type { TicketState } from "../../bus/messages/ticket.ts";
import type { Snapshot } from "../flow.ts";
import { approvalHash, type TicketContext } from "./context.ts";
import type { TicketEvent } from "./events.ts";
import { beginsAlone, isPerson } from "./policy.ts";
import { ticketState } from "./view.ts";

/** The states that take each verb, for the sentence of a refusal. */
const taking: Readonly<Record<string, readonly TicketState[]>> = {
  "ticket.assign": ["open", "reopened"],
  "ticket.approve": ["approving"],
  "ticket.reject": ["approving"],
  "ticket.pause": ["open", "reopened", "assigned", "rework", "implementing", "reviewing", "approving"],
  "ticket.resume": ["paused", "blocked"],
  "ticket.update": [
    "open",
    "reopened",
    "assigned",
    "rework",
    "implementing",
    "reviewing",
    "approving",
    "blocked",
    "paused",
    "cancelled",
    "closed",
  ],
  "ticket.cancel": [
    "open",
    "reopened",
    "assigned",
    "rework",
    "implementing",
    "reviewing",
    "approving",
    "deploying",
    "verifying",
    "blocked",
    "paused",
  ],
  "ticket.reopen": ["closed", "cancelled"],
};

function needsPerson(context: TicketContext, event: TicketEvent): boolean {
  if (event.type === "ticket.update") return event.autonomy !== undefined && !isPerson(event.by);
  if (event.type !== "ticket.assign" || context.repo === undefined) return false;
  return !isPerson(event.by) && !beginsAlone(context);
}

/** Says why a ticket does not take an event now, and when it would. */
export function refuseTicket(snapshot: Snapshot, event: FlowEvent): ErrorInfo {
  const context = snapshot.context as TicketContext;
  const state = ticketState(snapshot.value);
  const ticket = context.id;
  const verb = event.type.replace(/^ticket\./, "");
  const states = taking[event.type];
  if (event.type === "ticket.approve" && state === "approving" && context.workIsOld === true) {
    return conflict(
      "work_outdated",
      `The description of ${ticket} changed after its work was made. Have it made anew: dockfra ticket reject ${ticket} --reason "the description changed"`,
      { params: { ticket } },
    ).toJSON();
  }
  if (event.type === "ticket.approve" && state === "approving") {
    return conflict(
      "approval_stale",
      `The approval is for another version of ${ticket}. Look again with "dockfra ticket show ${ticket}", then approve.`,
      { params: { ticket, approvalHash: approvalHash(context) ?? "" } },
    ).toJSON();
  }
  const takes = states?.includes(state) ?? false;
  if ((takes || event.type === "ticket.update") && needsPerson(context, event as unknown as TicketEvent)) {
    return conflict(
      "person_needed",
      `Only a person may ${verb} ${ticket} this way. Run "dockfra ticket ${verb} ${ticket}" or use the page.`,
      { params: { ticket, verb } },
    ).toJSON();
  }
  if (event.type === "ticket.assign" && takes) {
    return conflict("triage_pending", `${ticket} is still being triaged. Try again in a moment.`, {
      params: { ticket },
    }).toJSON();
  }
  if (!states) {
    return conflict("event_refused", `${ticket} is ${state} and does not take "${event.type}".`, {
      params: { ticket, state, event: event.type },
    }).toJSON();
  }
  return conflict("not_now", `${ticket} is ${state}; "${verb}" works while it is ${states.join(", ")}.`, {
    params: { ticket, state, verb, states: states.join(", ") },
  }).toJSON();
}
