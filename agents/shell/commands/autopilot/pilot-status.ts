import { performAs } from "../../answers.ts";
import type { RunCommand } from "../../command.ts";
import { PilotState } from "../../messages.ts";
import { ticketsOf } from "../../role-tickets.ts";
import { printableLine } from "../../../../terminal/printable.ts";
import { formatAgo } from "../../../../terminal/time.ts";
import { ticketRows } from "../../ticket-lines.ts";

/** `pilot-status`. */
export const pilotStatus: RunCommand = async ({ role, door, screen }) => {
  const [state, tickets] = await Promise.all([
    performAs(door, "pilot-status", {}, PilotState),
    ticketsOf(door, role),
  ]);
  if (screen.json) return screen.data({ ok: true, ...state, waiting: tickets });
  const since = state.sinceMs === undefined ? "" : ` since ${formatAgo(state.sinceMs, Date.now())}`;
  const why = state.reason === undefined ? "" : `: ${printableLine(state.reason)}`;
  screen.line(
    state.paused
      ? `${screen.paint("yellow", "paused")}${since}${why}`
      : `${screen.paint("green", "decides")} by its rules`,
  );
  if (state.plan)
    screen.line(
      `plan of ${formatAgo(state.plan.atMs, Date.now())}: ${state.plan.tickets} tickets, ${state.plan.created.length} created`,
    );
  if (tickets.length === 0) return screen.line("No ticket waits.");
  for (const line of ticketRows(screen, tickets)) screen.line(line);
};
