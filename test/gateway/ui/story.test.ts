import { expect, test } from "vitest";
import type { FeedItem } from "../../../bus/messages/feed.ts";
import { toChapters } from "../../../gateway/ui/src/tickets/story.ts";
import type { TimelineEntry } from "../../../gateway/ui/src/tickets/timeline-reader.ts";
import { formatAgo, formatDuration } from "../../../gateway/ui/src/ui/time-text.ts";

const entry = (version: number, atMs: number): TimelineEntry => ({
  version,
  atMs,
  state: "open",
  event: "x",
  by: "ada",
  text: "x",
});
const said = (seq: number, atMs: number, kind: FeedItem["kind"] = "progress"): FeedItem => ({
  seq,
  atMs,
  kind,
  source: "developer",
  code: "x",
  params: {},
});

test("progress stands under the event after which it was said; what an event says itself is left out", () => {
  const chapters = toChapters(
    [entry(1, 10), entry(2, 20)],
    [said(1, 5), said(2, 15), said(3, 25), said(4, 26, "event"), said(5, 27, "decision")],
  );
  expect(chapters.map(({ progress }) => progress.map(({ seq }) => seq))).toEqual([[1, 2], [3]]);
  expect(toChapters([], [said(1, 1)])).toEqual([]);
});

test.each([
  [0, "0 ms"],
  [340, "340 ms"],
  [2_140, "2.1 sec"],
  [65_000, "1 min 5 sec"],
  [3_600_000, "1 hr"],
  [90_061_000, "1 day 1 hr"],
])("%i ms is %s", (ms, text) => {
  expect(formatDuration(ms, "en")).toBe(text);
});

test("how long ago, and never in the future", () => {
  expect(formatAgo(1_000, 1_500, "en")).toBe("now");
  expect(formatAgo(0, 65_000, "en")).toBe("1 min. ago");
  expect(formatAgo(9_000, 1_000, "en")).toBe("now");
});
