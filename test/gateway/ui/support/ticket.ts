import type { TicketView } from "../../../../bus/messages/ticket.ts";

/** A ticket in which only what matters is said. */
export function ticket(facts: Partial<TicketView> = {}): TicketView {
  return {
    id: "T-0001",
    title: "A ticket",
    description: { head: "" },
    state: "open",
    status: "open",
    priority: "normal",
    labels: [],
    createdBy: "ada",
    createdAtMs: 1,
    updatedAtMs: 1,
    version: 1,
    author: { kind: "human", id: "ada", trusted: true },
    autonomy: "assisted",
    checks: [],
    comments: [],
    reworks: 0,
    reasons: [],
    evidence: [],
    ...facts,
  };
}
