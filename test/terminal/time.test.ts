import { expect, test } from "vitest";
import { formatAgo, formatClock, formatDuration, formatMoment } from "../../terminal/time.ts";

test.each([
  [0, "0 ms"],
  [850.4, "850 ms"],
  [1_000, "1.0 s"],
  [9_940, "9.9 s"],
  [12_300, "12 s"],
  [60_000, "1 min"],
  [3_599_000, "59 min"],
  [7_200_000, "2 h"],
  [4 * 86_400_000, "4 d"],
  [-5, "0 ms"],
])("%d ms last %s", (durationMs, text) => expect(formatDuration(durationMs)).toBe(text));

test.each([
  [0, "just now"],
  [-1_000, "just now"],
  [2_400, "2 s ago"],
  [59_999, "59 s ago"],
  [61_000, "1 min ago"],
  [-90_000, "in 1 min"],
])("%d ms before now is %s", (distanceMs, text) =>
  expect(formatAgo(1_000_000_000 - distanceMs, 1_000_000_000)).toBe(text),
);

test("moments are local", () => {
  const at = new Date(2026, 0, 2, 3, 4, 5).getTime();
  expect(formatClock(at)).toBe("03:04:05");
  expect(formatMoment(at)).toBe("2026-01-02 03:04:05");
});
