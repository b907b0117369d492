import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Check } from "../../../bus/messages/checks.ts";
import { formatCheck, parseCheck } from "../../../stacks/checks/check-sentence.ts";

describe("parseCheck", () => {
  it.each<[string, Check]>([
    ["GET /", { kind: "http", path: "/" }],
    ["GET /health -> 200", { kind: "http", path: "/health", status: 200 }],
    ["GET /health → 204", { kind: "http", path: "/health", status: 204 }],
    ['  GET   /a?b=c&d="x"  contains "ok"  ', { kind: "http", path: '/a?b=c&d="x"', contains: "ok" }],
    [
      'GET /x -> 404 contains "a \\"b\\"" lacks "c\\\\d"',
      { kind: "http", path: "/x", status: 404, contains: 'a "b"', lacks: "c\\d" },
    ],
    ['log lacks "Unhandled error"', { kind: "log", lacks: "Unhandled error" }],
    ['GET /x contains "a\tb"', { kind: "http", path: "/x", contains: "a\tb" }],
  ])("reads %s", (sentence, check) => {
    expect(parseCheck(sentence)).toEqual(check);
  });

  it.each([
    "",
    "POST /x",
    "get /x",
    "GET",
    "GET x",
    "GET http://elsewhere/x",
    "GET /x ->",
    "GET /x -> 20",
    "GET /x -> 999",
    "GET /x -> ok",
    'GET /x -> "200"',
    "GET /x contains ok",
    "GET /x contains",
    'GET /x contains ""',
    'GET /x contains "open',
    'GET /x contains "a"b',
    'GET /x lacks "a" contains "b"',
    'GET /x contains "a" contains "b"',
    'GET "/x"',
    "log",
    'log contains "x"',
    'log lacks "x" lacks "y"',
    'command ["rm"]',
    "rm -rf /",
    "GET /a\u0000b",
    'GET /x contains "\\x"',
    `GET /${"x".repeat(6_000)}`,
  ])("refuses %j with the grammar", (sentence) => {
    expect(() => parseCheck(sentence)).toThrow(
      expect.objectContaining({
        code: "check_invalid",
        kind: "invalid_input",
        message: expect.stringContaining("GET /path") as string,
      }),
    );
  });

  it("takes linear time on hostile sentences", () => {
    const startMs = performance.now();
    for (const sentence of [
      `GET /x contains "${"\\\\".repeat(2_400)}`,
      "GET ".repeat(1_200),
      `GET /x ${'"'.repeat(4_000)}`,
    ])
      expect(() => parseCheck(sentence)).toThrow();
    expect(performance.now() - startMs).toBeLessThan(100);
  });
});

const text = fc.string({ minLength: 1, maxLength: 60, unit: "binary" });
const path = fc
  .string({ maxLength: 60, unit: "binary" })
  .map((tail) => `/${tail.replace(/[\s\p{Cc}]/gu, "")}`);
const httpCheck = fc
  .record(
    {
      kind: fc.constant("http" as const),
      path,
      status: fc.integer({ min: 100, max: 599 }),
      contains: text,
      lacks: text,
    },
    { requiredKeys: ["kind", "path"] },
  )
  .map((check): Check => check);
const logCheck = fc.record({ kind: fc.constant("log" as const), lacks: text });

describe("formatCheck", () => {
  it("writes what parseCheck reads back", () => {
    fc.assert(
      fc.property(fc.oneof(httpCheck, logCheck), (check) => {
        expect(parseCheck(formatCheck(check))).toEqual(check);
      }),
      { numRuns: 500 },
    );
  });

  it("shows a command check, which has no sentence, as its argv", () => {
    const shown = formatCheck({ kind: "command", argv: ["node", "a b"] });
    expect(shown).toBe('command ["node","a b"]');
    expect(() => parseCheck(shown)).toThrow();
  });
});
