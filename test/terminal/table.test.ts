import { expect, test } from "vitest";
import { alignRows, clipLine } from "../../terminal/table.ts";

test("columns are aligned, and no line ends with blanks", () => {
  expect(
    alignRows([
      ["a", "bb", "c"],
      ["aaa", "", ""],
    ]),
  ).toEqual(["a    bb  c", "aaa"]);
});

test("the last column runs free", () => {
  expect(
    alignRows([
      ["a", "a very long last cell"],
      ["b", "x"],
    ])[1],
  ).toBe("b  x");
});

test("colours have no width, and characters beyond 16 bits have one", () => {
  const [first, second] = alignRows([
    ["\u001b[1mab\u001b[22m", "x"],
    ["😀", "y"],
  ]);
  expect(first).toBe("\u001b[1mab\u001b[22m  x");
  expect(second).toBe("😀   y");
});

test("rows of different lengths keep their columns", () => {
  expect(alignRows([["one"], ["a", "b"]])).toEqual(["one", "a  b"]);
});

test("a line is cut where the terminal would break it, and its colours still end", () => {
  expect(clipLine("ab\u001b[1mcdef\u001b[22mgh", 5)).toBe("ab\u001b[1mcd\u001b[22m");
  expect(clipLine("😀😀😀", 3)).toBe("😀😀");
  expect(clipLine("abc", 4)).toBe("abc");
});
