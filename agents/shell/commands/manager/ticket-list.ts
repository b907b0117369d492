import { invalidInput } from "../../../../bus/kernel/errors.ts";
import { Priority, ticketStates } from "../../../../bus/messages/ticket.ts";
import { parseCount } from "../../arguments.ts";
import type { RunCommand } from "../../command.ts";
import { ticketRows } from "../../ticket-lines.ts";

/** `ticket-list`. */
export const ticketList: RunCommand = async ({ door, screen }, given) => {
  const state = given.values("state").map(parseState);
  const priority = given.value("priority");
  const answer = await door.ask("ticket.list", {
    limit: parseCount("ticket-list", given.value("limit"), 1_000) ?? 100,
    ...(state.length === 0 ? {} : { state }),
    ...(priority === undefined ? {} : { priority: Priority.parse(priority) }),
  });
  if (screen.json) return screen.data({ ok: true, ...answer });
  if (answer.tickets.length === 0)
    return screen.line(
      answer.total === 0 ? 'No tickets yet. Create one: ticket-create "what is wanted"' : "No ticket fits.",
    );
  for (const line of ticketRows(screen, answer.tickets)) screen.line(line);
  if (answer.total > answer.tickets.length)
    screen.line(screen.paint("dim", `${answer.tickets.length} of ${answer.total}; more with --limit`));
};

function parseState(name: string): (typeof ticketStates)[number] {
  const state = ticketStates.find((known) => known === name);
  if (state !== undefined) return state;
  const states = ticketStates.join(", ");
  throw invalidInput("state_unknown", `No ticket is ever "${name.slice(0, 40)}". The states are ${states}.`, {
    params: { state: name.slice(0, 40), states },
  });
}
