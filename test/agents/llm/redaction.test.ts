import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor } from "../../../agents/llm/redaction.ts";

const key = "sk-or-v1-canary-7c1d/+==";
const redactor = createRedactor([key]);

describe("a redactor", () => {
  test.each([
    ["plain", key],
    ["in other letters", key.toUpperCase()],
    ["hex", Buffer.from(key).toString("hex")],
    ["upper hex", Buffer.from(key).toString("hex").toUpperCase()],
    ["URL-encoded", encodeURIComponent(key)],
    ["percent signs throughout", [...Buffer.from(key)].map((byte) => `%${byte.toString(16)}`).join("")],
    ["Base64", Buffer.from(key).toString("base64")],
    ["Base64 for URLs", Buffer.from(key).toString("base64url")],
    ["backwards", [...key].toReversed().join("")],
  ])("takes out a secret written %s", (_, form) => {
    expect(redactor.contains(`a ${form} b`)).toBe(true);
    const clean = redactor.redact(`a ${form} b`);
    expect(clean).not.toContain(form.slice(2, -6));
    expect(clean).toMatch(/^a .*\[secret removed\].* b$/);
  });

  test("finds Base64 of a longer text wherever the secret begins in it", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.constantFrom("base64" as const, "base64url" as const),
        (before, after, encoding) => {
          expect(redactor.contains(Buffer.from(before + key + after).toString(encoding))).toBe(true);
        },
      ),
    );
  });

  test("leaves no secret in any text that has it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constant(key), fc.constant(encodeURIComponent(key)))),
        (parts) => {
          expect(redactor.redact(parts.join(""))).not.toContain(key);
        },
      ),
    );
  });

  test("leaves other text as it is, and values that are too short to be secrets", () => {
    expect(redactor.redact("total += 1")).toBe("total += 1");
    expect(createRedactor(["short"]).redact("a short text")).toBe("a short text");
    expect(createRedactor([]).longest).toBe(0);
  });

  test("takes the longer secret where one holds the other", () => {
    const both = createRedactor(["abcdefgh", "abcdefghijkl"]);
    expect(both.redact("abcdefghijkl")).toBe("[secret removed]");
  });
});
