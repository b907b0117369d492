import type { IncidentView } from "../../bus/messages/incident.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { printableLine } from "../../terminal/printable.ts";
import { alignRows } from "../../terminal/table.ts";
import { formatAgo } from "../../terminal/time.ts";

/** `incidents`: those that are open first, each with its ticket. */
export async function listIncidents(invocation: Invocation<object>): Promise<void> {
  const { screen } = invocation;
  const answer = await withOperator(invocation, (bus) => bus.ask("incident.list", {}));
  if (screen.json) return screen.data({ ok: true, ...answer });
  for (const line of toIncidentTable(answer.incidents, Date.now())) screen.line(line);
}

/** A line for each incident: ticket, state, what, how often, when it was seen last. */
export function toIncidentTable(incidents: readonly IncidentView[], nowMs: number): string[] {
  if (incidents.length === 0) return ["Nothing went wrong on what runs."];
  const sorted = incidents.toSorted(
    (a, b) => Number(a.state === "over") - Number(b.state === "over") || b.lastSeenMs - a.lastSeenMs,
  );
  return alignRows(
    sorted.map(({ ticket, state, title, times, lastSeenMs }) => [
      ...[ticket, state, printableLine(title, 200)],
      ...[`told ${times} times`, `last seen ${formatAgo(lastSeenMs, nowMs)}`],
    ]),
  );
}
