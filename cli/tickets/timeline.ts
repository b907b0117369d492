import type { FlowRecord } from "../../bus/messages/flow.ts";
import { eventSentence, whoDid } from "../../locales/event-sentence.ts";
import { ticketState } from "../../workflows/ticket/view.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/screen.ts";
import { formatClock } from "../../terminal/time.ts";
import { paintState } from "../../agents/shell/ticket-lines.ts";

/** One step of a ticket's story. */
export interface TimelineEntry {
  readonly version: number;
  readonly atMs: number;
  readonly state: ReturnType<typeof ticketState>;
  /** What happened, in one sentence. */
  readonly sentence: string;
  /** Who made it happen: a person's name, or a role's. */
  readonly who: string;
}

/** Tells a ticket's records as a story. */
export function toTimeline(records: readonly FlowRecord[]): TimelineEntry[] {
  return records.map((record) => ({
    version: record.version,
    atMs: record.atMs,
    state: ticketState(record.snapshot.value),
    sentence: printableLine(eventSentence("en", record)),
    who: whoDid(record),
  }));
}

/** Writes one entry as a line: time, state, sentence. */
export function renderEntry(screen: Screen, entry: TimelineEntry): string {
  const state = paintState(screen, entry.state) + " ".repeat(Math.max(0, 12 - entry.state.length));
  return `${screen.paint("dim", formatClock(entry.atMs))}  ${state}  ${entry.sentence}`;
}
