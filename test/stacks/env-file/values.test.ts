import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cpuMsOf } from "../discover/cpu-time.ts";
import { readEnvText } from "../../../stacks/env-file/values.ts";

function values(text: string, environment: Readonly<Record<string, string>> = {}): Record<string, string> {
  const read = readEnvText(text, (name) => environment[name]);
  if (!read.ok) throw new Error(`line ${read.line}: ${read.message}`);
  return Object.fromEntries(read.values);
}

describe("an env file is read as Compose reads it", () => {
  // each pair was checked against `docker compose --env-file F config --environment`
  test.each<[string, Record<string, string>]>([
    ["A=1\nB = 2 \n", { A: "1", B: "2" }],
    ["export A=1\n", { A: "1" }],
    ["A: yaml\n", { A: "yaml" }],
    ["# only a comment\n\n", {}],
    ["A=x # comment\nB=x#y\n", { A: "x", B: "x#y" }],
    ["A=# text\n", { A: "# text" }],
    ["A='$B # x' # comment\n", { A: "$B # x" }],
    ['A="a\\tb\\\\c\\"d"\n', { A: 'a\tb\\c"d' }],
    ["A='it\\'s'\n", { A: "it's" }],
    ["A='\\n'\n", { A: "\\n" }],
    ['A="two\nlines"\nB=1', { A: "two\nlines", B: "1" }],
    ["A=1\nB=${A}-$A-${C:-d}-$$A\n", { A: "1", B: "1-1-d-$A" }],
    ['A=1\nB="\\$A $A"\n', { A: "1", B: "$A 1" }],
    ['A="\\0101 \\012"\n', { A: "A \\12" }],
    ["A=\r\nB=2\r\n", { A: "", B: "2" }],
    ["\uFEFFA=1\n", { A: "1" }],
    ['A="x" B=1\n', { A: "x", B: "1" }],
    ["A=1\nA=2\n", { A: "2" }],
    [
      "__proto__=x\nconstructor=y\n",
      JSON.parse('{"__proto__": "x", "constructor": "y"}') as Record<string, string>,
    ],
  ])("%j", (text, expected) => {
    expect(Object.entries(values(text))).toEqual(Object.entries(expected));
  });

  test("a name alone takes the environment's value, and only where there is one", () => {
    expect(values("A\nB\n", { A: "here" })).toEqual({ A: "here" });
  });

  test("the environment wins inside references", () => {
    expect(values("A=file\nB=$A\n", { A: "process" })).toEqual({ A: "file", B: "process" });
  });

  test.each([
    ["A=1\nB='open\n", 2, "unterminated quoted value 'open"],
    ["a b=1\n", 1, "key cannot contain a space"],
    ["A=1\n\nB!=1\n", 3, 'unexpected character "!" in variable name "B!=1"'],
    ["A=${B:?need it}\n", 1, "required variable B is missing a value: need it"],
    ["A=${\n", 1, "Invalid template in the value of A"],
  ])("%j is refused with its line", (text, line, message) => {
    expect(readEnvText(text)).toEqual({ ok: false, line, message });
  });

  test("any text is read or refused, never thrown at", () => {
    const noisy = fc.array(
      fc.constantFrom(
        "A",
        "=",
        "\n",
        " ",
        "#",
        "'",
        '"',
        "\\",
        "$",
        "{",
        "}",
        ":-",
        "export ",
        "\u0000",
        "é",
        "\r",
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          noisy.map((parts) => parts.join("")),
        ),
        (text) => {
          expect(typeof readEnvText(text).ok).toBe("boolean");
        },
      ),
      { numRuns: 10_000 },
    );
  });

  test("a long value is read in time", async () => {
    const text = `A="${"\\\\${A".repeat(20_000)}"\n`.repeat(2);
    expect(await cpuMsOf(() => readEnvText(text))).toBeLessThan(200);
  });
});
