import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editEnvText } from "../../../stacks/env-file/edit.ts";
import { isHijackingKey } from "../../../stacks/env-file/keys.ts";
import { quoteEnvValue } from "../../../stacks/env-file/quoting.ts";
import { readEnvText } from "../../../stacks/env-file/values.ts";

function set(text: string, changes: Readonly<Record<string, string | undefined>>, forRole = false): string {
  return editEnvText(text, new Map(Object.entries(changes)), { forRole });
}

describe("editing keeps everything else", () => {
  const file = "# database\nDB_USER=shop   # who\n\nexport DB_PASSWORD='old'\nURL=\"http://x\"\nEMPTY=\n";

  test("a value is replaced in place, in the quotes it had", () => {
    expect(set(file, { DB_PASSWORD: "new pass" })).toBe(file.replace("'old'", "'new pass'"));
    expect(set(file, { DB_USER: "other" })).toBe(file.replace("shop ", "other "));
    expect(set(file, { URL: "http://y" })).toBe(file.replace("http://x", "http://y"));
    expect(set(file, { EMPTY: "1" })).toBe(file.replace("EMPTY=", "EMPTY=1"));
  });

  test("a new value goes to the end, with the file's line ends", () => {
    expect(set("A=1", { B: "2" })).toBe("A=1\nB=2\n");
    expect(set("A=1\r\n", { B: "2" })).toBe("A=1\r\nB=2\r\n");
    expect(set("", { B: "" })).toBe("B=\n");
  });

  test("a value taken out takes its line, not a neighbour on it", () => {
    expect(set(file, { DB_PASSWORD: undefined })).toBe(file.replace("export DB_PASSWORD='old'\n", ""));
    expect(set('A="1" B=2\nC=3\n', { B: undefined })).toBe('A="1" \nC=3\n');
    expect(set('A="1\n2"\nB=3\n', { A: undefined })).toBe("B=3\n");
    expect(set("A=1\nA=2\n", { A: undefined })).toBe("");
    expect(set("A\nB=1\n", { A: undefined })).toBe("B=1\n");
  });

  test("of two lines with one name the one that counts is changed", () => {
    expect(set("A=1\nA=2\n", { A: "3" })).toBe("A=1\nA=3\n");
  });

  test("a name that was taken from the environment gets a value of its own", () => {
    expect(set("A\nB=1\n", { A: "x" })).toBe("A=x\nB=1\n");
  });

  test("a file that cannot be read is not written", () => {
    expect(() => set("A='open\n", { B: "1" })).toThrow(/line 1: unterminated quoted value/);
  });
});

describe("refusals", () => {
  test.each(["a\nb", "a\rb", "a\0b", "\ud800", "x".repeat(32_769)])("value %.20j", (value) => {
    expect(() => set("", { A: value })).toThrow(expect.objectContaining({ code: "env_value_refused" }));
  });

  test.each(["", "1A", "A B", "A=B", "-v", "Ä", "A\n", "a".repeat(201)])("name %j", (key) => {
    expect(() => set("", { [key]: "x" })).toThrow(expect.objectContaining({ code: "env_key_invalid" }));
  });

  test.each([
    "LD_PRELOAD",
    "NODE_OPTIONS",
    "PATH",
    "DOCKER_HOST",
    "GIT_SSH_COMMAND",
    "BASH_ENV",
    "node_options",
  ])("%s for a role's container only", (key) => {
    expect(isHijackingKey(key)).toBe(true);
    expect(() => set("", { [key]: "x" }, true)).toThrow(expect.objectContaining({ code: "env_key_refused" }));
    expect(set("", { [key]: "x" })).toBe(`${key}=x\n`);
  });

  test("ordinary names are no hijackers", () => {
    for (const key of ["GITHUB_TOKEN", "DB_HOST", "PATHS", "NODE_ENV"])
      expect(isHijackingKey(key)).toBe(false);
  });
});

describe("what is written reads back", () => {
  const value = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc
      .array(
        fc.constantFrom("'", '"', "\\", "$", "{", "}", " ", "#", "=", "n", "a", "$$", "\t", "\u0085", "`"),
        {
          maxLength: 12,
        },
      )
      .map((parts) => parts.join("")),
  );
  const accepted = value.filter((text) => !/[\r\n\0]/.test(text) && text.isWellFormed());

  test("parse(write(x)) = x, in any quotes and beside any other values", () => {
    fc.assert(
      fc.property(accepted, accepted, fc.constantFrom("", "'", '"'), (first, second, quotes) => {
        const start = `# c\nA=${quotes}old${quotes} # note\nB=kept\n`;
        const text = set(start, { A: first, C: second });
        const read = readEnvText(text);
        expect(read.ok && Object.fromEntries(read.values)).toEqual({ A: first, B: "kept", C: second });
        expect(text.startsWith("# c\nA=")).toBe(true);
        expect(set(text, { A: first, C: second })).toBe(text);
      }),
      { numRuns: 10_000 },
    );
  });

  test("quotes are used only where they are needed", () => {
    expect(quoteEnvValue("A", "http://x:80/y?z=1")).toBe("http://x:80/y?z=1");
    expect(quoteEnvValue("A", "a b")).toBe("'a b'");
    expect(quoteEnvValue("A", "it's $5")).toBe(String.raw`"it's \$5"`);
    expect(quoteEnvValue("A", String.raw`C:\dir`)).toBe(String.raw`"C:\\dir"`);
  });
});
