import { ticketStates } from "../../bus/messages/ticket.ts";
import { invalidInput } from "../../bus/kernel/errors.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { ticketRows } from "../../agents/shell/ticket-lines.ts";

interface ListOptions {
  readonly state?: readonly string[];
  readonly priority?: "low" | "normal" | "high" | "critical";
  readonly assignedTo?: string;
  readonly limit: number;
}

/** `ticket list`. @throws `state_unknown` */
export async function listTickets(invocation: Invocation<ListOptions>): Promise<void> {
  const { options, screen } = invocation;
  const state = options.state?.map(parseState);
  const answer = await withOperator(invocation, (bus) =>
    bus.ask("ticket.list", {
      limit: options.limit,
      ...(state ? { state } : {}),
      ...(options.priority ? { priority: options.priority } : {}),
      ...(options.assignedTo ? { assignedTo: options.assignedTo } : {}),
    }),
  );
  if (screen.json) return screen.data({ ok: true, ...answer });
  if (answer.tickets.length === 0)
    return screen.line(
      answer.total === 0
        ? `No tickets yet. Create one: dockfra ticket create "what is wanted"`
        : "No ticket fits.",
    );
  for (const line of ticketRows(screen, answer.tickets)) screen.line(line);
  if (answer.total > answer.tickets.length)
    screen.line(screen.paint("dim", `${answer.tickets.length} of ${answer.total}; more with --limit`));
}

/** Reads a state's name. @throws `state_unknown` */
export function parseState(name: string): (typeof ticketStates)[number] {
  const state = ticketStates.find((known) => known === name);
  if (state !== undefined) return state;
  throw invalidInput(
    "state_unknown",
    `No ticket is ever "${name.slice(0, 40)}". The states are ${ticketStates.join(", ")}.`,
    {
      params: { state: name.slice(0, 40), states: ticketStates.join(", ") },
    },
  );
}
