import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createRedactor } from "../../../agents/llm/redaction.ts";
import { createTextFeed } from "../../../agents/llm/text-feed.ts";
import { recordProgress } from "../../support/fake-llm/told.ts";

const key = "canary-9f8e7d6c5b";

test("tells no part of a secret that comes in pieces", async () => {
  const { told, progress } = recordProgress();
  const feed = createTextFeed(progress, "llm_text", {}, createRedactor([key]));
  for (const piece of [`begin ${"x".repeat(100)} canary-9f`, "8e7d6c", "5b end"]) {
    feed.add(piece);
    await sleep(300);
  }
  feed.end();
  const text = told.map((entry) => entry.text).join("");
  expect(text).toBe(`begin ${"x".repeat(100)} [secret removed] end`);
  for (const entry of told.slice(0, -1)) expect(entry.text).not.toMatch(/canary/);
});

test("tells all of any text, however it is cut, and no secret", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(fc.string(), fc.constant(key.slice(0, 7)), fc.constant(key.slice(7)), fc.constant(key)),
      ),
      (pieces) => {
        const { told, progress } = recordProgress();
        const redactor = createRedactor([key]);
        const feed = createTextFeed(progress, "llm_text", {}, redactor);
        for (const piece of pieces) feed.add(piece);
        feed.end();
        expect(told.map(({ text }) => text).join("")).toBe(redactor.redact(pieces.join("")));
      },
    ),
  );
});

test("a flood is one bounded entry", () => {
  const { told, progress } = recordProgress();
  const feed = createTextFeed(progress, "llm_text", { step: 1 }, createRedactor([]));
  for (let count = 0; count < 1_000; count++) feed.add("some text that is rather long ".repeat(10));
  feed.end();
  expect(told).toHaveLength(1);
  expect(told[0]?.text?.length).toBeLessThan(8_192);
});
