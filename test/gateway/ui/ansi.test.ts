import { expect, test } from "vitest";
import { parseAnsi, withoutColours } from "../../../gateway/ui/src/ui/ansi.ts";

const plain = { bold: false, dim: false, underline: false };

test.each([
  ["", []],
  ["text", [{ ...plain, text: "text" }]],
  [
    "\u001B[31mred\u001B[0m.",
    [
      { ...plain, colour: "red", text: "red" },
      { ...plain, text: "." },
    ],
  ],
  [
    "a\u001B[1;92mb\u001B[39mc\u001B[22md",
    [
      { ...plain, text: "a" },
      { ...plain, bold: true, colour: "green", text: "b" },
      { ...plain, bold: true, text: "c" },
      { ...plain, text: "d" },
    ],
  ],
  ["\u001B[38;5;31mindexed\u001B[m", [{ ...plain, text: "indexed" }]],
  ["\u001B[48;2;31;32;33;4mdirect", [{ ...plain, underline: true, text: "direct" }]],
  ["\u001B[2mdim\u001B[24m", [{ ...plain, dim: true, text: "dim" }]],
  ["\u001B[2Jno colour", [{ ...plain, text: "2Jno colour" }]],
])("%j", (output, stretches) => {
  expect(parseAnsi(output)).toEqual(stretches);
  expect(withoutColours(output)).toBe(stretches.map(({ text }) => text).join(""));
});
