import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLinearPattern } from "../../../agents/tools/linear-pattern.ts";

const patterns = [
  "abc",
  "a.c",
  "^abc$",
  "^$",
  "a*b+c?",
  "(ab|cd)+",
  "(?:a|b)*c",
  "(?<name>x)y",
  "[a-c]x",
  "[^a-c]",
  "\\d+\\.\\d*",
  "\\w+\\s\\W",
  "\\bfoo\\b",
  "\\Boo",
  "a{2}",
  "a{2,}",
  "a{1,3}b",
  "(a|ab)(c|bcd)(d*)",
  "x|",
  "()",
  "\\x41",
  "\\u0042",
  "[\\d_-]+",
  "a\\(b\\)",
  "\\.js$",
  "a+?b",
  "[\\]]",
  "(a*)*b",
  "{",
  "a{x",
  "\\t",
];
const lines = [
  "",
  "abc",
  "aac",
  "xabcx",
  "foo bar",
  "foobar",
  "aaab",
  "cdab",
  "12.5",
  "a(b)",
  "index.js",
  "A B",
  "]",
  "a_b-1",
  "{",
  "a{x",
  "abcd",
  "\t",
  "b",
  "xy",
];

describe("a linear pattern", () => {
  test.each(patterns)("%s finds what the language's own engine finds", (pattern) => {
    const matches = createLinearPattern(pattern);
    const anyCase = createLinearPattern(pattern, { ignoreCase: true });
    for (const line of lines) {
      expect({ line, found: matches(line) }).toEqual({ line, found: new RegExp(pattern).test(line) });
      expect({ line, found: anyCase(line) }).toEqual({ line, found: new RegExp(pattern, "i").test(line) });
    }
  });

  test("agrees with the language's own engine on made-up patterns", () => {
    const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\w", "(a|b)", "(ab)", "^", "$", "\\b");
    const piece = fc
      .tuple(atom, fc.constantFrom("", "*", "+", "?", "{2}", "{0,2}"))
      .map(([one, many]) => (/^(?:\^|\$|\\b)$/.test(one) ? one : one + many));
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        fc.string({ unit: fc.constantFrom("a", "b", " ") }),
        (pieces, line) => {
          const pattern = pieces.join("");
          expect({ pattern, found: createLinearPattern(pattern)(line) }).toEqual({
            pattern,
            found: new RegExp(pattern).test(line),
          });
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test.each(["(a+)+$", "(a|a)*$", "(.*)*x", "(a|b|ab)*c", "^(\\w+\\s?)*$"])(
    "%s is quick on a line that makes others hang",
    (pattern) => {
      const matches = createLinearPattern(pattern);
      const startMs = performance.now();
      matches(`${"a".repeat(20_000)}!`);
      expect(performance.now() - startMs).toBeLessThan(1_000);
    },
  );

  test.each([
    "(?=a)",
    "(?!a)",
    "(?<=a)b",
    "\\1",
    "(a",
    "a)",
    "[a",
    "*",
    "a**",
    "[z-a]",
    "a{5,2}",
    "\\",
    "\\p{L}",
    "((a{1000}){1000})",
    "(".repeat(100),
  ])("%s is refused with words", (pattern) => {
    expect(() => createLinearPattern(pattern)).toThrow(/^The pattern/);
  });

  test("anything is either a pattern or refused, quickly", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (pattern) => {
        try {
          createLinearPattern(pattern)("some line of text");
        } catch (error) {
          expect(error).toHaveProperty("name", "ToolRefusal");
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
