import { expect, test } from "vitest";
import type { FeedEntry } from "../../../bus/messages/feed.ts";
import { describeEntry, renderFeedEntry } from "../../../cli/terminal/feed-line.ts";
import { captureScreen } from "./capture.ts";

const entry: FeedEntry = {
  source: "monitor",
  kind: "progress",
  atMs: new Date(2026, 0, 1, 9, 8, 7).getTime(),
  code: "deploy_started",
  params: { stack: "web", commit: "0123456789abcdef0123456789abcdef01234567" },
  flow: "ticket/T-0001",
};

test("an entry is one line: time, who, which ticket, what", () => {
  expect(renderFeedEntry(captureScreen().screen, entry)).toBe(
    "09:08:07  monitor       T-0001  deploys 0123456789 to web",
  );
});

test("its free text comes after the sentence, on the same line", () => {
  expect(describeEntry({ ...entry, text: "one\ntwo\u001b[2J" })).toBe(
    "deploys 0123456789 to web: one two␛[2J",
  );
});

test("a code of a newer part is shown as it is", () => {
  expect(describeEntry({ ...entry, code: "of_tomorrow", params: { a: 1, b: true } })).toBe(
    "of_tomorrow a=1 b=true",
  );
});
