import type { FeedItem } from "../../../../bus/messages/feed.ts";

/** The newest feed items that the page keeps, oldest first. */
export interface FeedList {
  readonly items: readonly FeedItem[];
  /** The newest sequence seen; the feed resumes after it. */
  readonly lastSeq: number;
}

export const emptyFeed: FeedList = { items: [], lastSeq: 0 };

/** More than fits on a screen many times over, and little enough to render in a frame. */
export const maxFeedItems = 400;

/** Adds items that come after those of the list; repeated ones are dropped, the oldest give way. */
export function appendFeed(list: FeedList, added: readonly FeedItem[]): FeedList {
  let { lastSeq } = list;
  const fresh: FeedItem[] = [];
  for (const item of added) {
    if (item.seq <= lastSeq) continue;
    lastSeq = item.seq;
    fresh.push(item);
  }
  if (fresh.length === 0) return list;
  return { items: [...list.items, ...fresh].slice(-maxFeedItems), lastSeq };
}

/**
 * Joins the list with the server's newest page after a reconnect: whole where the two meet, else the page alone, as after a
 * long absence or a new store whose numbers begin again.
 */
export function rejoinFeed(
  list: FeedList,
  page: readonly FeedItem[],
  serverLastSeq: number,
  pageSize: number,
): FeedList {
  const first = page[0]?.seq ?? 0;
  const meets = list.lastSeq <= serverLastSeq && (page.length < pageSize || first <= list.lastSeq + 1);
  if (meets && list.items.length > 0) return appendFeed(list, page);
  return { items: page.slice(-maxFeedItems), lastSeq: page.at(-1)?.seq ?? serverLastSeq };
}
