import fc from "fast-check";
import { expect, test } from "vitest";
import type { FeedItem } from "../../../bus/messages/feed.ts";
import { appendFeed, emptyFeed, maxFeedItems, rejoinFeed } from "../../../gateway/ui/src/live/feed-list.ts";

const item = (seq: number): FeedItem => ({
  seq,
  source: "developer",
  kind: "log",
  atMs: seq,
  code: "tests_output",
  params: {},
});
const items = (from: number, to: number): FeedItem[] =>
  Array.from({ length: to - from + 1 }, (_, index) => item(from + index));
const seqs = ({ items: kept }: { items: readonly FeedItem[] }): number[] => kept.map(({ seq }) => seq);

test("items rise without doubles, whatever is repeated or comes late", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 20 }), { maxLength: 8 }),
      (batches) => {
        const list = batches.reduce((now, batch) => appendFeed(now, batch.map(item)), emptyFeed);
        const kept = seqs(list);
        expect(kept).toEqual([...new Set(kept)].toSorted((a, b) => a - b));
        expect(list.lastSeq).toBe(Math.max(0, ...batches.flat()));
      },
    ),
  );
});

test("the list stays bounded and keeps the newest", () => {
  const list = appendFeed(
    appendFeed(emptyFeed, items(1, maxFeedItems)),
    items(maxFeedItems + 1, maxFeedItems + 50),
  );
  expect(list.items).toHaveLength(maxFeedItems);
  expect(seqs(list).at(0)).toBe(51);
});

test("nothing new leaves the very same list, so that nothing renders", () => {
  const list = appendFeed(emptyFeed, items(1, 3));
  expect(appendFeed(list, items(2, 3))).toBe(list);
});

test("after a short absence the page joins what was there", () => {
  expect(seqs(rejoinFeed(appendFeed(emptyFeed, items(1, 10)), items(6, 15), 15, 10))).toEqual(
    seqs({ items: items(1, 15) }),
  );
});

test("after a long absence only the newest page stays, for what is between is unknown", () => {
  expect(seqs(rejoinFeed(appendFeed(emptyFeed, items(1, 10)), items(91, 100), 100, 10))).toEqual(
    seqs({ items: items(91, 100) }),
  );
});

test("a store that begins again replaces the list", () => {
  const list = rejoinFeed(appendFeed(emptyFeed, items(1, 100)), items(1, 4), 4, 10);
  expect(list.lastSeq).toBe(4);
  expect(seqs(list)).toEqual([1, 2, 3, 4]);
});

test("an empty store is resumed from its last number", () => {
  expect(rejoinFeed(emptyFeed, [], 7, 10)).toEqual({ items: [], lastSeq: 7 });
});
