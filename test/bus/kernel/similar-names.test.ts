import { expect, test } from "vitest";
import { findSimilarName, tellNames } from "../../../bus/kernel/similar-names.ts";

test.each([
  ["lauch", "launch"],
  ["prefligth", "preflight"],
  ["statsu", "stats"],
  ["stack", "stacks"],
  ["bogus", undefined],
  ["x", undefined],
  ["", undefined],
])("%s means %s", (word, meant) => {
  expect(findSimilarName(word, ["launch", "preflight", "stats", "stacks", "fix"])).toBe(meant);
});

test("few names are told as they are, of many the most alike", () => {
  expect(tellNames("x", [])).toBe("none");
  expect(tellNames("x", ["shop", "api"])).toBe("shop, api");
  const many = Array.from({ length: 40 }, (_, index) => `project-${index}`);
  expect(tellNames("flsk", [...many, "flask", "flask-redis"])).toMatch(
    /^flask, flask-redis, .* and 34 more$/,
  );
});

test("a word of any length is answered at once", () => {
  const startMs = performance.now();
  tellNames(
    "x".repeat(1_000_000),
    Array.from({ length: 1_000 }, (_, index) => `project-${index}`),
  );
  expect(performance.now() - startMs).toBeLessThan(500);
});
