import type { FlowEvent, FlowRef } from "../../bus/messages/flow.ts";
import { defineFlow, type FlowDefinition } from "../flow.ts";
import { createTicketMachine } from "./machine.ts";
import { defaultTicketTimeouts, type TicketTimeouts } from "./policy.ts";
import { refuseTicket } from "./refusals.ts";
import { ticketState } from "./view.ts";

const resting: readonly string[] = ["closed", "cancelled"];

/** The ticket flow, version 1. */
export function createTicketFlow(timeouts: TicketTimeouts = defaultTicketTimeouts): FlowDefinition {
  return defineFlow({
    kind: "ticket",
    version: 1,
    machine: createTicketMachine(timeouts),
    replaysFirstEvent: false,
    inputOf: (ref: FlowRef, event: FlowEvent) =>
      event.type === "ticket.create" ? { ...event, id: ref.id } : undefined,
    isDone: (value) => resting.includes(ticketState(value)),
    refuse: refuseTicket,
  });
}
