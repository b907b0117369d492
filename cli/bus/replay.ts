import { invalidInput } from "../../bus/kernel/errors.ts";
import { flowKinds, type FlowKind, type FlowRecord } from "../../bus/messages/flow.ts";
import type { IntentClient } from "../../bus/ports/intents.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { parseTicketId } from "../place/operator.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/screen.ts";
import { formatDuration, formatMoment } from "../../terminal/time.ts";

/** `bus replay`: every event of a flow with its cause, the state after it and the work it began. */
export async function replay(invocation: Invocation<object>, id: string): Promise<void> {
  const { screen } = invocation;
  const flow = parseFlow(id);
  const records = await withOperator(invocation, (bus) => readFlow(bus, flow));
  if (screen.json) {
    for (const record of records) screen.data(record);
    return;
  }
  let before: FlowRecord | undefined;
  for (const record of records) {
    for (const line of renderRecord(screen, record, before)) screen.line(line);
    before = record;
  }
}

/** Reads a flow's name: a ticket's id, or `<kind>/<id>`. @throws `flow_invalid`, `ticket_id_invalid` */
export function parseFlow(text: string): { kind: FlowKind; id: string } {
  const slash = text.indexOf("/");
  if (slash < 0) return { kind: "ticket", id: parseTicketId(text) };
  const kind = flowKinds.find((known) => known === text.slice(0, slash));
  const id = text.slice(slash + 1);
  if (kind !== undefined && /^[A-Za-z0-9_-]{1,100}$/.test(id)) return { kind, id };
  throw invalidInput(
    "flow_invalid",
    `"${text.slice(0, 80)}" names no flow. Write T-0001, or one of ${flowKinds.join(", ")} with its id, as deploy/web.`,
    {
      params: { flow: text.slice(0, 80), kinds: flowKinds.join(", ") },
    },
  );
}

async function readFlow(bus: IntentClient, flow: { kind: FlowKind; id: string }): Promise<FlowRecord[]> {
  const records: FlowRecord[] = [];
  for (;;) {
    const page = await bus.ask("flow.history", {
      ...flow,
      afterVersion: records.at(-1)?.version ?? 0,
      limit: 100,
    });
    records.push(...page.records);
    if (!page.more || page.records.length === 0) return records;
  }
}

function renderRecord(screen: Screen, record: FlowRecord, before: FlowRecord | undefined): string[] {
  const { version, atMs, event, cause, snapshot, pending, timers } = record;
  const afterMs = before === undefined ? "" : `  +${formatDuration(atMs - before.atMs)}`;
  const who =
    cause.actor === undefined
      ? cause.principal
      : `${cause.principal} for ${printableLine(cause.actor.id, 80)}`;
  const known = new Set(before?.pending.map((command) => command.id));
  const begun = pending.filter((command) => !known.has(command.id));
  return [
    `${screen.paint("bold", String(version).padStart(3))}  ${screen.paint("dim", formatMoment(atMs) + afterMs)}`,
    `     ${event.type} → ${screen.paint("cyan", stateName(snapshot.value))}`,
    screen.paint("dim", `     by ${who}, ${cause.kind} ${cause.id}`),
    ...begun.map((command) => `     begins ${command.verb}  ${screen.paint("dim", command.id)}`),
    ...Object.entries(timers).map(([name, timer]) =>
      screen.paint("dim", `     timer ${name} at ${formatMoment(timer.dueAtMs)}`),
    ),
  ];
}

/** Writes a chart's value with its inner states: `open.triaging`. */
function stateName(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([name, inner]) => `${name}.${stateName(inner)}`)
    .join(" + ");
}
