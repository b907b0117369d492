import { z } from "zod";
import type { FlowRecord } from "../../bus/messages/flow.ts";
import { TicketState } from "../../bus/messages/ticket.ts";
import type { IntentClient } from "../../bus/ports/intents.ts";
import { eventSentence, whoDid } from "../../locales/event-sentence.ts";

/** One step of a ticket's story. */
const TimelineEntry = z.object({
  version: z.int(),
  atMs: z.int(),
  state: TicketState,
  /** The state before; absent for the first. */
  from: TicketState.optional(),
  event: z.string(),
  by: z.string(),
  /** Since the step before. */
  tookMs: z.int(),
  text: z.string(),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/** A part of a ticket's story, and whether there is more after it. */
export const TimelinePage = z.object({ entries: z.array(TimelineEntry), more: z.boolean() });

const pageSize = 200;

/** Reads what happened to a ticket after a version. @throws `flow_unknown` */
export async function readTimeline(
  bus: IntentClient,
  id: string,
  after: number,
): Promise<z.infer<typeof TimelinePage>> {
  // one more before, so that the first entry knows what it came from
  const { records, more } = await bus.ask("flow.history", {
    kind: "ticket",
    id,
    afterVersion: Math.max(0, after - 1),
    limit: pageSize,
  });
  const entries = records.map((record, index) => toEntry(record, records[index - 1]));
  return { entries: entries.filter(({ version }) => version > after), more };
}

function toEntry(record: FlowRecord, before: FlowRecord | undefined): TimelineEntry {
  const from = before && stateOf(before);
  return {
    version: record.version,
    atMs: record.atMs,
    state: stateOf(record),
    ...(from === undefined ? {} : { from }),
    event: record.event.type,
    by: whoDid(record),
    tookMs: before ? Math.max(0, record.atMs - before.atMs) : 0,
    text: eventSentence("en", record),
  };
}

/** The state that people see: the top level of the chart's value. */
function stateOf({ snapshot: { value } }: FlowRecord): TicketState {
  return TicketState.parse(typeof value === "string" ? value : Object.keys(Object(value))[0]);
}
