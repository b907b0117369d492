import { performAs } from "../../answers.ts";
import type { RunCommand } from "../../command.ts";
import { ByHandList } from "../../messages.ts";
import { ticketsOf } from "../../role-tickets.ts";
import { formatAgo } from "../../../../terminal/time.ts";
import { ticketRows } from "../../ticket-lines.ts";

/** `my-tickets`: the role's tickets, and those that a person has by hand, whatever their state. */
export const myTickets: RunCommand = async ({ role, door, screen }) => {
  const [tickets, hands] = await Promise.all([
    ticketsOf(door, role),
    role === "developer" ? performAs(door, "by-hand", {}, ByHandList) : { tickets: [] },
  ]);
  const missing = hands.tickets.filter(({ ticket }) => tickets.every(({ id }) => id !== ticket));
  const others = await Promise.all(missing.map(({ ticket }) => door.ask("ticket.show", { id: ticket })));
  const all = [...tickets, ...others].map((ticket) => {
    const hand = hands.tickets.find((held) => held.ticket === ticket.id);
    return { ...ticket, ...(hand ? { byHand: hand } : {}) };
  });
  if (screen.json) return screen.data({ ok: true, tickets: all });
  if (all.length === 0) return screen.line("No ticket waits for this role.");
  const nowMs = Date.now();
  const noteOf = (id: string): string => {
    const hand = hands.tickets.find(({ ticket }) => ticket === id);
    return hand ? `(by hand at ${hand.instance}, ${formatAgo(hand.sinceMs, nowMs)})` : "";
  };
  for (const line of ticketRows(screen, all, ({ id }) => noteOf(id))) screen.line(line);
};
