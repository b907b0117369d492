import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ZodError } from "zod";
import { logLevels } from "../../bus/messages/stack-watch.ts";
import { parseSockets } from "../../stacks/diagnose/gather/sockets.ts";
import { parseContainerStates } from "../../stacks/launch/container-state.ts";
import { parseProgressLine } from "../../stacks/launch/progress-line.ts";
import { parseArp, parseRoutes } from "../../stacks/suggest/network-facts.ts";
import { findPins, parsePin } from "../../stacks/targets/device/host-pins.ts";
import { parseContainers, parseInspection } from "../../stacks/watch/container.ts";
import { parseEvent } from "../../stacks/watch/engine-event.ts";
import { LogFrames } from "../../stacks/watch/log-frames.ts";
import { levelOf } from "../../stacks/watch/log-level.ts";
import { toSafeLine, withoutColours } from "../../stacks/watch/log-text.ts";
import { parseStats } from "../../stacks/watch/stat-reading.ts";
import { cpuMsOf } from "./discover/cpu-time.ts";

const runs = { numRuns: 10_000 };
const pieces = (...words: string[]) =>
  fc.oneof(
    fc.array(fc.constantFrom(...words), { maxLength: 16 }).map((parts) => parts.join("")),
    fc.string({ unit: "binary", maxLength: 40 }),
  );
/** Objects that look like the engine's, with anything in their places. */
const like = (...names: string[]) =>
  fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, -1, 2 ** 60, "", "running", "2026-01-01T00:00:00Z", "app", "app_web"),
      fc.dictionary(fc.constantFrom(...names), tie("any"), { maxKeys: 6 }),
      fc.array(tie("any"), { maxLength: 3 }),
    ),
  })).any;
const stamp = "2026-01-01T00:00:00.000000001Z";

/** Lets a refusal by schema pass, and nothing else. */
function unlessRefused(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ZodError || error instanceof SyntaxError)) throw error;
  }
}

const labels = [
  "com.docker.compose.project",
  "com.docker.compose.service",
  "com.docker.stack.namespace",
  "com.docker.swarm.service.name",
  "__proto__",
];

describe("10,000 inputs each of what the engine and the system tell", () => {
  test("levels of log lines", () => {
    const words = pieces(
      ...["level=", "warn", "ERROR", "[error]", " ", ":", '"', "{", '"level":50', "<11>", "E0102 15:04:05"],
      ...[
        '"GET / HTTP/1.1" 502 7',
        "1:M 01 Jan 2026 10:00:00 # ",
        "npm ERR!",
        "PHP Fatal",
        "\t",
        "Traceback",
      ],
    );
    fc.assert(
      fc.property(words, (line) => {
        expect(logLevels).toContain(levelOf(line));
      }),
      runs,
    );
  }, 60_000);

  test("what a terminal would obey is taken out of lines", () => {
    const words = pieces(
      "\u001b",
      "[",
      "31m",
      "2J",
      "]0;",
      "\u0007",
      "\\",
      "\r",
      "\n",
      "\u009b",
      "x",
      "é",
      "\t",
    );
    fc.assert(
      fc.property(words, (line) => {
        const safe = toSafeLine(line);
        expect(withoutColours(safe)).not.toMatch(/[^\P{Cc}\t]/u);
        expect(toSafeLine(safe)).toBe(safe);
      }),
      runs,
    );
  }, 60_000);

  test("bytes of logs, however they are cut", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((some) => Buffer.from(some)),
      fc
        .array(
          fc
            .tuple(
              fc.constantFrom(0, 1, 2, 255),
              fc.constantFrom(0, 1, 31, 40, 2 ** 31),
              pieces(stamp, " ", "x", "\n"),
            )
            .map(([stream, length, text]) => {
              const head = Buffer.alloc(8);
              head[0] = stream;
              head.writeUInt32BE(length, 4);
              return Buffer.concat([head, Buffer.from(text)]);
            }),
          { maxLength: 4 },
        )
        .map((frames) => Buffer.concat(frames)),
    );
    fc.assert(
      fc.property(bytes, fc.nat(60), fc.boolean(), (all, cut, tty) => {
        const whole = new LogFrames(tty);
        const expected = [...whole.push(all), ...whole.end()];
        const frames = new LogFrames(tty);
        const read = [
          ...frames.push(all.subarray(0, cut)),
          ...frames.push(all.subarray(cut)),
          ...frames.end(),
        ];
        expect(read).toEqual(expected);
      }),
      runs,
    );
  }, 60_000);

  test("events, containers, inspections and measures", () => {
    const names = ["Action", "timeNano", "Actor", "ID", "Attributes", "exitCode", ...labels];
    const more = [
      "Id",
      "Names",
      "Image",
      "ImageID",
      "State",
      "Status",
      "Labels",
      "Ports",
      "Config",
      "Health",
    ];
    const stats = ["read", "cpu_stats", "cpu_usage", "total_usage", "memory_stats", "usage", "networks"];
    fc.assert(
      fc.property(like(...names, ...more), like("read", ...stats), (value, measures) => {
        const text = JSON.stringify(value);
        parseEvent(text);
        parseEvent(text.slice(1));
        parseStats(measures);
        unlessRefused(() => parseContainers([value]));
        unlessRefused(() => parseInspection(value));
        unlessRefused(() => parseContainerStates(JSON.stringify([value])));
      }),
      runs,
    );
  }, 60_000);

  test("Compose's progress", () => {
    const names = [
      "id",
      "parent_id",
      "text",
      "status",
      "current",
      "total",
      "error",
      "vertexes",
      "logs",
      "data",
    ];
    const lines = fc.oneof(
      like(...names, "digest", "vertex", "name", "started").map((value) => JSON.stringify(value)),
      pieces("{", '"id":"a"', ",", '"vertexes":[', "}", "]", " Container ", "x", "\n"),
    );
    fc.assert(
      fc.property(lines, (line) => {
        expect(Array.isArray(parseProgressLine(line))).toBe(true);
      }),
      runs,
    );
  }, 60_000);

  test("tables of the kernel, and pinned keys", () => {
    const words = pieces(
      ...["\n", " ", "0x2", "192.168.1.9", "eth0", "00A8C0", "0001A8C0", "FFFFFF00", "0100007F:1F90", "0A"],
      ...["|1|", "ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAA", "[h]:22", "*", ",", "@revoked"],
    );
    fc.assert(
      fc.property(words, (text) => {
        for (const read of [parseArp, parseRoutes, parseSockets, parsePin])
          expect(Array.isArray(read(text))).toBe(true);
        expect(Array.isArray(findPins(text, "h", 22))).toBe(true);
      }),
      runs,
    );
  }, 60_000);
});

test.each([
  ["quotes", '"GET '.repeat(16_000)],
  ["one open quote", `"GET ${"a ".repeat(32_000)}`],
  ["spaces", " ".repeat(65_000)],
  ["escapes", "\u001b[".repeat(32_000)],
  ["open titles", "\u001b]".repeat(32_000)],
  ["colours without end", `\u001b[${"1;".repeat(32_000)}`],
  ["letters", "Error".repeat(13_000)],
  ["braces", `{"level":${" ".repeat(64_000)}`],
  ["digits", "1".repeat(65_000)],
])("the longest line of %s costs 100 ms at most", async (_, line) => {
  expect(await cpuMsOf(() => levelOf(withoutColours(toSafeLine(line))))).toBeLessThan(100);
  expect(await cpuMsOf(() => parseProgressLine(line))).toBeLessThan(100);
  expect(await cpuMsOf(() => [parseArp(line), parseSockets(line), findPins(line, "h", 22)])).toBeLessThan(
    100,
  );
});
