import type { TicketState, TicketView } from "../../bus/messages/ticket.ts";
import { toSentence } from "../terminal/failure.ts";

/** States in which nothing more happens without a person. */
export const restingStates = ["closed", "blocked", "cancelled"] as const satisfies readonly TicketState[];

/** What a person can do now, one command a line; empty where the crew is at work. */
export function nextSteps(ticket: TicketView): string[] {
  const { id } = ticket;
  switch (ticket.state) {
    case "open":
    case "reopened":
      return ticket.autonomy === "manual" ? [`dockfra ticket assign ${id}`] : [];
    case "approving":
      return [`dockfra ticket approve ${id}`, `dockfra ticket reject ${id} --reason "…"`];
    case "blocked":
      return [`dockfra ticket resume ${id}`, `dockfra ticket cancel ${id}`];
    case "paused":
      return [`dockfra ticket resume ${id}`];
    case "closed":
      return ticket.checkoutCommand === undefined ? [] : [ticket.checkoutCommand];
    case "cancelled":
      return [`dockfra ticket reopen ${id}`];
    case "assigned":
    case "implementing":
    case "reviewing":
    case "deploying":
    case "verifying":
    case "merging":
    case "restoring":
    case "rework":
      return [];
  }
}

/** Why a ticket stands still, in one sentence, or `undefined` where it does not. */
export function blockedSentence(ticket: TicketView): string | undefined {
  return ticket.blocked === undefined ? undefined : toSentence(ticket.blocked.error);
}
