import fc from "fast-check";
import { expect, test } from "vitest";
import { LogFrames } from "../../../stacks/watch/log-frames.ts";

const stamp = (count: number): string => `2026-01-01T00:00:00.${String(count).padStart(9, "0")}Z`;

function frame(payload: string, stream = 1): Buffer {
  const body = Buffer.from(payload);
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}

test("gives each frame as a line with its time", () => {
  const frames = new LogFrames(false);
  const bytes = Buffer.concat([frame(`${stamp(1)} one\n`), frame(`${stamp(2)} two words\r\n`, 2)]);
  expect(frames.push(bytes)).toEqual([
    { stamp: stamp(1), text: "one" },
    { stamp: stamp(2), text: "two words" },
  ]);
});

test("an empty line is a line", () => {
  expect(new LogFrames(false).push(frame(`${stamp(1)} \n`))).toEqual([{ stamp: stamp(1), text: "" }]);
});

test("a line in pieces becomes one, with its first time, each stream on its own", () => {
  const frames = new LogFrames(false);
  expect(frames.push(frame(`${stamp(1)} begin`))).toEqual([]);
  expect(frames.push(frame(`${stamp(2)} other\n`, 2))).toEqual([{ stamp: stamp(2), text: "other" }]);
  expect(frames.push(frame(`${stamp(3)} ning\n`))).toEqual([{ stamp: stamp(1), text: "beginning" }]);
});

test("what is left at the end is given", () => {
  const frames = new LogFrames(false);
  frames.push(frame(`${stamp(1)} half`));
  expect(frames.end()).toEqual([{ stamp: stamp(1), text: "half" }]);
  expect(frames.end()).toEqual([]);
});

test("a line without end stays within bounds", () => {
  const frames = new LogFrames(false);
  for (let piece = 0; piece < 100; piece++) frames.push(frame(`${stamp(1)} ${"x".repeat(16_000)}`));
  expect(frames.end()[0]?.text.length).toBeLessThanOrEqual(65_536);
});

test("reads a terminal's raw lines", () => {
  const frames = new LogFrames(true);
  expect(frames.push(Buffer.from(`${stamp(1)} one\r\n${stamp(2)} tw`))).toEqual([
    { stamp: stamp(1), text: "one" },
  ]);
  expect(frames.push(Buffer.from("o\r\n"))).toEqual([{ stamp: stamp(2), text: "two" }]);
});

test("however the bytes are cut, the lines are the same", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 40 }).map((line) => line.replaceAll(/[\r\n]/g, ""));
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
      fc.boolean(),
      (lines, sizes, tty) => {
        const wanted = lines.map((line, count) => ({ stamp: stamp(count), text: line }));
        const bytes = Buffer.concat(
          wanted.map(({ stamp: at, text: line }) =>
            tty ? Buffer.from(`${at} ${line}\n`) : frame(`${at} ${line}\n`),
          ),
        );
        const frames = new LogFrames(tty);
        const got = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          got.push(...frames.push(bytes.subarray(at, at + size)));
          at += size;
        }
        expect([...got, ...frames.end()]).toEqual(wanted);
      },
    ),
    { numRuns: 300 },
  );
});
