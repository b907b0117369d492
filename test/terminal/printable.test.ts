import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printable, printableLine } from "../../terminal/printable.ts";

describe("text of others", () => {
  test("cannot move the cursor, set a title or turn the direction of writing", () => {
    expect(printable("\u001b]0;mine\u0007")).toBe("␛]0;mine␇");
    expect(printable("a\u202egpj.exe")).toBe("a\ufffdgpj.exe");
    expect(printable("\u009b31m")).toBe("\ufffd31m");
  });

  test("keeps its lines and tabs", () => expect(printable("a\r\n\tb\n")).toBe("a\n\tb\n"));

  test("becomes one line of a given length", () => {
    expect(printableLine("  a\n b\tc ")).toBe("a b c");
    expect(printableLine("x".repeat(20), 10)).toBe(`${"x".repeat(9)}…`);
  });

  test("never holds a control character, whatever it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(printableLine(text)).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
