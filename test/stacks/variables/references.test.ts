import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cpuMsOf } from "../discover/cpu-time.ts";
import { scanReferences } from "../../../stacks/variables/references.ts";
import { substitute } from "../../../stacks/variables/templates.ts";
import { declarationsIn } from "../../../stacks/variables/variable.ts";

const environment: Readonly<Record<string, string>> = { SET: "value", EMPTY: "", N: "SET" };
const fill = (template: string): string | undefined => {
  const result = substitute(template, (name) =>
    Object.hasOwn(environment, name) ? environment[name] : undefined,
  );
  return result.ok
    ? result.text
    : `${result.reason}${result.reason === "missing" ? `:${result.name}:${result.message}` : ""}`;
};

describe("substitution", () => {
  test.each([
    ["plain", "plain"],
    ["$SET-${SET}", "value-value"],
    ["$UNSET.${UNSET}.", ".."],
    ["$$SET $${SET}", "$SET ${SET}"],
    ["${UNSET:-d} ${EMPTY:-d} ${SET:-d}", "d d value"],
    ["${UNSET-d} ${EMPTY-d}", "d "],
    ["${UNSET:+a}|${EMPTY:+a}|${SET:+a}", "||a"],
    ["${UNSET+a}|${EMPTY+a}|${SET+a}", "|a|a"],
    ["${UNSET:?say why}", "missing:UNSET:say why"],
    ["${EMPTY:?}", "missing:EMPTY:"],
    ["${EMPTY?x}", ""],
    ["${UNSET:-${SET:-x}}", "value"],
    ["${UNSET:-${EMPTY:-a ${SET}}}", "a value"],
    ["${UNSET:?no ${SET}}", "missing:UNSET:no value"],
    ["$5 $ %", "$5 $ %"],
    ["$SET_x ${SET}_x", " value_x"],
    ["${UNSET:-a}b}", "ab}"],
    ["${", "invalid"],
    ["${}", "invalid"],
    ["${1}", "invalid"],
    ["${A B}", "invalid"],
    ["${A", "invalid"],
    ["${A:}", "invalid"],
    ["${SET:-${}", "invalid"],
  ])("%s is %s", (template, expected) => {
    expect(fill(template)).toBe(expected);
  });
});

describe("declarations", () => {
  const names = (text: string): readonly string[] =>
    declarationsIn(text).map(({ name, operator = "", word = "" }) => name + operator + word);

  test.each<[string, readonly string[]]>([
    ["${A:-${B:-c}}", ["A:-${B:-c}", "B:-c"]],
    ["${A:+$B}", ["A:+$B", "B"]],
    ["${A:?see $B}", ["A:?see $B"]],
    ["$$A ${B}", ["B"]],
    ["$A.${B}.x", ["A", "B"]],
    // Compose takes the later one of a line first
    ["${A:-1} ${A:-2}", ["A:-2", "A:-1"]],
    ["${A:-1}\n${A:-2}", ["A:-1", "A:-2"]],
    ["${A:-1\n2}", []],
  ])("%j", (text, expected) => {
    expect(names(text)).toEqual(expected);
  });
});

describe("any text", () => {
  const noisy = fc
    .array(
      fc.constantFrom("$", "{", "}", "A", "b_1", ":-", "-", ":?", "?", ":+", "+", "\n", " ", "$$", "${A:-"),
      {
        maxLength: 40,
      },
    )
    .map((parts) => parts.join(""));

  test("is scanned without a throw, its pieces in order and inside of it", () => {
    fc.assert(
      fc.property(fc.oneof(noisy, fc.string({ unit: "binary" })), (text) => {
        let behind = 0;
        for (const piece of scanReferences(text)) {
          const { start, end } = piece.kind === "reference" ? piece.reference : piece;
          expect(start).toBeGreaterThanOrEqual(behind);
          expect(text[start]).toBe("$");
          behind = end;
        }
        expect(behind).toBeLessThanOrEqual(text.length);
        declarationsIn(text);
        substitute(text, () => "x");
      }),
      { numRuns: 10_000 },
    );
  });

  test("without references is its own value", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes("$"));
        expect(fill(text)).toBe(text);
      }),
    );
  });

  test.each([
    ["open braces", "${A:-".repeat(40_000)],
    ["nested", `${"${A:-".repeat(3_000)}${"}".repeat(3_000)}`],
    ["unbalanced", `${"${A:-{ ".repeat(3_000)}}`],
    ["many", "${A:-b} ".repeat(20_000)],
  ])("of 100 kB is read in time: %s", async (_name, text) => {
    const cpuMs = await cpuMsOf(() => {
      declarationsIn(text);
      substitute(text, () => undefined);
    });
    expect(cpuMs).toBeLessThan(200);
  });
});
