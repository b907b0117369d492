import { conflict, invalidInput } from "../../bus/kernel/errors.ts";
import type { TicketState, TicketView } from "../../bus/messages/ticket.ts";
import { ticketBranch } from "../git/workspace.ts";
import type { ByHand } from "./by-hand.ts";

/** States in which there is something to implement, now or later. */
const workable: readonly TicketState[] = [
  "open",
  "reopened",
  "assigned",
  "implementing",
  "rework",
  "blocked",
  "paused",
];
/** @throws `ticket_not_workable` */
export function refuseUnworkable({ id, state }: TicketView): void {
  if (workable.includes(state)) return;
  throw conflict("ticket_not_workable", `${id} is ${state}, and nothing is to be implemented then.`, {
    params: { ticket: id, state },
  });
}

/** @throws `by_hand_not` */
export function requireMark(hands: ByHand, ticket: string): void {
  if (!hands.marks.find(ticket)) throw notByHand(ticket);
}

/** The error for a ticket that no person has taken. */
export function notByHand(ticket: string): Error {
  return conflict("by_hand_not", `${ticket} is not worked on by hand. Take it first: ticket-work ${ticket}`, {
    params: { ticket },
  });
}

/** The error for a ticket whose person has handed in nothing. */
export function notPushed(ticket: string): Error {
  return invalidInput(
    "not_pushed_yet",
    `${ticket} has no commits on its branch yet. Run: commit-push ${ticket}`,
    {
      params: { ticket },
    },
  );
}

/** The error for a branch that another moved on. */
export function moved(ticket: string): Error {
  const branch = ticketBranch(ticket);
  return conflict(
    "branch_moved",
    `${branch} went on meanwhile. Take it anew and merge: ticket-work ${ticket}`,
    {
      params: { branch, ticket },
    },
  );
}

const nextOf: Readonly<Partial<Record<TicketState, string>>> = {
  open: "It has to be assigned first; your commits stay on its branch.",
  reopened: "It has to be assigned first; your commits stay on its branch.",
  blocked: "It has to be resumed first; your commits stay on its branch.",
  paused: "It has to be resumed first; your commits stay on its branch.",
  assigned: "Its command is on the way: try again in a moment.",
  implementing: "Another developer holds it, or this one has just started: try again in a moment.",
  rework: "Its command is on the way: try again in a moment.",
};

/** The error for a ticket whose command is not with the developer now. */
export function notHeld({ id, state }: TicketView): Error {
  const next = nextOf[state] ?? "Nothing is to be done by hand any more: ticket-work --release";
  return conflict("by_hand_not_held", `${id} is ${state} and not with the developer now. ${next}`, {
    params: { ticket: id, state, next },
  });
}
