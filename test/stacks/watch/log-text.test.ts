import { expect, test } from "vitest";
import { toSafeLine } from "../../../stacks/watch/log-text.ts";

test("keeps colours, and nothing else that a terminal obeys", () => {
  expect(toSafeLine("\u001b[1;31mred\u001b[0m")).toBe("\u001b[1;31mred\u001b[0m");
  expect(toSafeLine("\u001b[38:5:9mred")).toBe("\u001b[38:5:9mred");
  expect(toSafeLine("a\u001b[2Jb\u001b[10;10Hc\u001b[?1049hd")).toBe("abcd");
  expect(toSafeLine("\u001b]0;title\u0007x")).toBe("x");
  expect(toSafeLine("\u001b]52;c;ZXZpbA==\u001b\\x")).toBe("x");
  expect(toSafeLine("\u001bP1;2|stuff\u001b\\y")).toBe("y");
  expect(toSafeLine("bell\u0007 back\u0008 nul\u0000 \u009b2Jend")).toBe("bell back nul end");
  expect(toSafeLine("cut \u001b[")).toBe("cut ");
  expect(toSafeLine("tab\there")).toBe("tab\there");
});

test("what was written over shows its last state", () => {
  expect(toSafeLine("10 %\r50 %\r100 %\r")).toBe("100 %");
});

test("an open sequence of a megabyte costs no time", () => {
  const beganMs = performance.now();
  toSafeLine("\u001b]".repeat(20_000));
  toSafeLine(`\u001b[${"1;".repeat(500_000)}`);
  expect(performance.now() - beganMs).toBeLessThan(1_000);
});
