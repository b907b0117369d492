import type { TicketState, TicketView } from "../../bus/messages/ticket.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Screen, Style } from "../../terminal/screen.ts";
import { alignRows } from "../../terminal/table.ts";
import { formatAgo } from "../../terminal/time.ts";

const styles: Readonly<Partial<Record<TicketState, Style>>> = {
  closed: "green",
  blocked: "red",
  cancelled: "dim",
  paused: "yellow",
  approving: "yellow",
  rework: "yellow",
  restoring: "yellow",
};

/** Writes a state in its colour. */
export function paintState(screen: Screen, state: TicketState): string {
  const style = styles[state];
  return style ? screen.paint(style, state) : state;
}

/** A list of tickets as lines: id, state, priority, age, title. */
export function ticketRows(
  screen: Screen,
  tickets: readonly TicketView[],
  note: (ticket: TicketView) => string = () => "",
): string[] {
  const nowMs = Date.now();
  return alignRows(
    tickets.map((ticket) => [
      screen.paint("bold", ticket.id),
      paintState(screen, ticket.state),
      ticket.priority === "normal" ? "" : ticket.priority,
      screen.paint("dim", formatAgo(ticket.updatedAtMs, nowMs)),
      [printableLine(ticket.title, Math.max(30, screen.columns - 45)), note(ticket)]
        .filter(Boolean)
        .join("  "),
    ]),
  );
}
