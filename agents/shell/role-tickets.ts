import type { Role } from "../../bus/messages/principals.ts";
import type { TicketState, TicketView } from "../../bus/messages/ticket.ts";
import type { Door } from "./door.ts";

/** The states in which a ticket is a role's: the manager and the autopilot see all that is not at rest. */
const statesOf: Readonly<Record<Role, readonly TicketState[]>> = {
  developer: ["assigned", "implementing", "rework", "merging"],
  monitor: ["deploying", "verifying", "restoring"],
  manager: [
    "open",
    "reopened",
    "assigned",
    "implementing",
    "rework",
    "reviewing",
    "approving",
    "deploying",
    "verifying",
    "merging",
    "restoring",
    "blocked",
    "paused",
  ],
  autopilot: ["open", "reopened", "approving", "blocked", "paused"],
};

/** Tickets that are a role's business now, newest first. */
export async function ticketsOf(door: Pick<Door, "ask">, role: Role): Promise<readonly TicketView[]> {
  return (await door.ask("ticket.list", { state: [...statesOf[role]], limit: 100 })).tickets;
}
