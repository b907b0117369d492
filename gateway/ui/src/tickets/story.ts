import type { FeedItem } from "../../../../bus/messages/feed.ts";
import type { TimelineEntry } from "./timeline-reader.ts";

/** An event with what the crew said while it lasted. */
export interface Chapter {
  readonly entry: TimelineEntry;
  readonly progress: readonly FeedItem[];
}

/** What goes on between two events; the events and decisions themselves are entries of the timeline. */
const between: readonly FeedItem["kind"][] = ["progress", "log", "health"];

/** Puts each word of the feed under the event after which it was said. */
export function toChapters(entries: readonly TimelineEntry[], items: readonly FeedItem[]): Chapter[] {
  const chapters = entries.map((entry) => ({ entry, progress: [] as FeedItem[] }));
  for (const item of items) {
    if (!between.includes(item.kind)) continue;
    const chapter = chapters.findLast(({ entry }) => entry.atMs <= item.atMs) ?? chapters[0];
    chapter?.progress.push(item);
  }
  return chapters;
}
