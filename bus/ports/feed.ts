import type { FeedEntry, FeedItem } from "../messages/feed.ts";

/** Writes what people watch; never waits, never throws: the feed is allowed to lose lines, work is not. */
export interface FeedWriter {
  tell(entry: FeedEntry): void;
}

/** Follows the feed live, without history. */
export interface FeedWatcher {
  watchFeed(onEntry: (entry: FeedEntry) => void, signal: AbortSignal): Promise<void>;
}

/** Reads the kept feed from a sequence on; CORE only. */
export interface FeedReader {
  readFeed(options: { sinceSeq: number; limit: number }): Promise<{ items: FeedItem[]; lastSeq: number }>;
}
