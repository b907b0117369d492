import type { FeedItem } from "../../bus/messages/feed.ts";
import { describeEntry } from "../text/sentences.ts";

const keptLines = 2_000;

/** The newest lines of what happened, as the predecessor's log shows them. */
export interface LogBuffer {
  add(items: readonly FeedItem[]): readonly string[];
  tail(count: number): { readonly lines: readonly string[]; readonly total: number };
}

/** Makes an empty buffer of at most 2,000 lines. */
export function createLogBuffer(): LogBuffer {
  let lines: string[] = [];
  let total = 0;
  return {
    add(items) {
      const fresh = items.map(toLine);
      total += fresh.length;
      lines.push(...fresh);
      if (lines.length > 2 * keptLines) lines = lines.slice(-keptLines);
      return fresh;
    },
    tail: (count) => ({ lines: lines.slice(-Math.min(count, keptLines)), total }),
  };
}

function toLine(item: FeedItem): string {
  const flow = item.flow === undefined ? "" : ` ${item.flow.slice(item.flow.indexOf("/") + 1)}`;
  return `${new Date(item.atMs).toISOString()} ${item.source}${flow} ${describeEntry(item).replaceAll(/\s+/g, " ")}`;
}
