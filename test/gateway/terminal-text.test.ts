import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keepColours } from "../../gateway/text/terminal-text.ts";

describe("a program's output", () => {
  test.each([
    ["plain\nlines\ttabbed", "plain\nlines\ttabbed"],
    ["\u001B[1;31mred\u001B[0m", "\u001B[1;31mred\u001B[0m"],
    ["\u001B[2J\u001B[Hhome", "home"],
    ["\u001B]0;a title\u0007text", "text"],
    ["\u001B]52;c;c2VjcmV0\u001B\\text", "text"],
    ["\u001B]8;;http://evil\u0007link\u001B]8;;\u0007", "link"],
    ["\u009B31mcsi", "\u001B[31mcsi"],
    ["\u001B[>4;2mquery", "query"],
    ["\u001BPdevice control\u001B\\x", "x"],
    ["\u001Bcreset", "reset"],
    ["windows\r\nlines\r\n", "windows\nlines\n"],
    ["10 %\r20 %\r100 %\nnext", "100 %\nnext"],
    ["bell\u0007 back\b nul\0", "bell back nul"],
    ["\u001B]0;never closed", ""],
    ["\u001B", ""],
  ])("%j shows as %j", (given, shown) => {
    expect(keepColours(given)).toBe(shown);
  });

  test("holds no escape but colours, whatever comes", () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(
          "\u001B",
          "[",
          "]",
          "m",
          "31",
          ";",
          "\u0007",
          "\u009B",
          "\u009D",
          "\r",
          "\n",
          "P",
          "\\",
        ),
        fc.string({ unit: "binary" }),
      ),
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const shown = keepColours(parts.join(""));
        const rest = shown
          .split("\u001B")
          .map((part, index) => (index === 0 ? part : part.replace(/^\[[\d;]*m/, "")));
        expect(
          shown
            .split("\u001B")
            .slice(1)
            .every((part) => /^\[[\d;]*m/.test(part)),
        ).toBe(true);
        expect(rest.join("")).not.toMatch(/[^\P{Cc}\n\t]/u);
      }),
    );
  });

  test("of 256 KiB in one line takes no time", () => {
    for (const long of ["x".repeat(262_144), "\u001B[".repeat(131_072), "\r".repeat(262_144)]) {
      const startedAtMs = performance.now();
      keepColours(long);
      expect(performance.now() - startedAtMs).toBeLessThan(300);
    }
  });
});
