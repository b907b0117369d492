import { capabilities } from "../capabilities.ts";
import { denied } from "../kernel/errors.ts";
import { FeedEntry, type FeedItem } from "../messages/feed.ts";
import type { Principal } from "../messages/principals.ts";
import type { FeedReader } from "../ports/feed.ts";
import { aborted } from "./connection.ts";
import { carry } from "../codec.ts";

/** Entries that are kept for a reader. */
const keptEntries = 10_000;

/** The feed of one memory bus. */
export interface Feed extends FeedReader {
  tell(principal: Principal, entry: FeedEntry): void;
  watch(principal: Principal, onEntry: (entry: FeedEntry) => void, signal: AbortSignal): Promise<void>;
}

/** Makes an empty feed. */
export function createMemoryFeed(): Feed {
  const items: FeedItem[] = [];
  const watchers = new Set<(entry: FeedEntry) => void>();
  let lastSeq = 0;
  return {
    tell(principal, entry) {
      // As with a server that denies the subject: what may not be told is lost, and the teller goes on.
      if (!capabilities[principal].feed || entry.source !== principal) return;
      const parsed = FeedEntry.safeParse(entry);
      if (!parsed.success) return;
      items.push({ ...parsed.data, seq: ++lastSeq });
      if (items.length > keptEntries) items.shift();
      for (const watcher of watchers) setImmediate(watcher, carry(parsed.data, "feed entry"));
    },
    async watch(principal, onEntry, signal) {
      if (!capabilities[principal].watch) {
        throw denied("not_allowed", `"${principal}" may not watch the feed. Watch as a principal that may.`, {
          params: { principal },
        });
      }
      const watcher = (entry: FeedEntry) => {
        if (!signal.aborted) onEntry(entry);
      };
      watchers.add(watcher);
      await aborted(signal);
      watchers.delete(watcher);
    },
    async readFeed({ sinceSeq, limit }) {
      const newer = items.filter(({ seq }) => seq > sinceSeq);
      return { items: carry(newer.slice(0, limit), "feed"), lastSeq };
    },
  };
}
