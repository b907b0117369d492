import { expect, it } from "vitest";
import { createLineSplitter } from "../../../agents/door/line-split.ts";

it("gives whole lines, however the bytes come", () => {
  const splitter = createLineSplitter(100);
  const bytes = Buffer.from("ä1\nzwei\n\ndrei", "utf8");
  const lines = [...bytes].flatMap((byte) => splitter.take(Buffer.of(byte)));
  expect(lines).toEqual(["ä1", "zwei", ""]);
  expect(splitter.take(Buffer.from("!\nx\ny\n"))).toEqual(["drei!", "x", "y"]);
});

it.each([
  ["in one piece", ["123456\n"]],
  ["without an end", ["123", "456"]],
  ["in two pieces", ["1234", "56\n"]],
])("refuses a line that is too long, %s", (_name, pieces) => {
  const splitter = createLineSplitter(5);
  expect(() => pieces.map((piece) => splitter.take(Buffer.from(piece)))).toThrow(/longer than 5 bytes/);
});
