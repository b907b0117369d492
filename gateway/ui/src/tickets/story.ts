import type { FeedItem } from "../../../../bus/messages/feed.ts";
import type { TimelineEntry } from "./timeline-reader.ts";

/** An event with what the crew said while it lasted. */
export interface Chapter {
  readonly entry: TimelineEntry;
  readonly progress: readonly FeedItem[];
}

/** Feed items that a timeline entry tells better. */
const toldElsewhere = new Set(["ticket_moved", "ticket_noted"]);

/** Puts each word of the feed under the event after which it was said. */
export function toChapters(entries: readonly TimelineEntry[], items: readonly FeedItem[]): Chapter[] {
  const chapters = entries.map((entry) => ({ entry, progress: [] as FeedItem[] }));
  for (const item of items) {
    if (toldElsewhere.has(item.code)) continue;
    const chapter = chapters.findLast(({ entry }) => entry.atMs <= item.atMs) ?? chapters[0];
    chapter?.progress.push(item);
  }
  return chapters;
}
