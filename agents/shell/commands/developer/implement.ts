import { performAs } from "../../answers.ts";
import { parseTicket } from "../../arguments.ts";
import type { RunCommand } from "../../command.ts";
import type { Door } from "../../door.ts";
import { ByHandList } from "../../messages.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { conflict } from "../../../../bus/kernel/errors.ts";
import type { TicketState, TicketView } from "../../../../bus/messages/ticket.ts";
import { render } from "../../../../locales/render.ts";
import { printableLine } from "../../../../terminal/printable.ts";

const atWork: readonly TicketState[] = ["open", "reopened", "assigned", "implementing", "rework"];
const pollMs = 1_000;

/** `implement`: gives a ticket to the agent where a person has it, has it begin, and follows it to its review. */
export const implement: RunCommand = async ({ door, screen, signal }, { words }) => {
  const id = parseTicket(words[0]);
  const hands = await performAs(door, "by-hand", {}, ByHandList);
  if (hands.tickets.some(({ ticket }) => ticket === id)) await door.perform("ticket-release", { ticket: id });
  const before = await door.ask("ticket.show", { id });
  if (before.state === "open" || before.state === "reopened") await door.ask("ticket.assign", { id });
  else if (!atWork.includes(before.state))
    throw conflict(
      "ticket_not_workable",
      `${id} is ${before.state}, and nothing is to be implemented then.`,
      {
        params: { ticket: id, state: before.state },
      },
    );
  const after = await follow(door, id, signal, (line) => screen.note(line));
  const ok = after.state !== "blocked";
  if (screen.json) screen.data({ ok, ticket: after });
  else screen.line(`${screen.paint("bold", id)} is ${after.state}`);
  return ok ? 0 : 4;
};

/** Tells what happens to a ticket until its work is made or it stands still. */
async function follow(
  door: Door,
  id: string,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<TicketView> {
  const stop = new AbortController();
  const watching = door.watch(({ flow, code, params, text }) => {
    if (flow !== `ticket/${id}`) return;
    const sentence = render("en", code, params) ?? code;
    tell(printableLine(text === undefined || text === "" ? sentence : `${sentence}: ${text}`, 1_000));
  }, stop.signal);
  try {
    for (;;) {
      signal.throwIfAborted();
      const ticket = await door.ask("ticket.show", { id });
      if (!atWork.includes(ticket.state)) return ticket;
      await sleep(pollMs, undefined, { signal });
    }
  } finally {
    stop.abort();
    await watching;
  }
}
