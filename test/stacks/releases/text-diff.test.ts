import { execaSync } from "execa";
import fc from "fast-check";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diffTexts } from "../../../stacks/releases/text-diff.ts";

const names = ["a", "b"] as const;

describe("the difference of two texts", () => {
  it("is empty where there is none", () => {
    expect(diffTexts("x\ny\n", "x\ny\n", names)).toBe("");
  });

  it("shows three lines around what changed", () => {
    const from = Array.from({ length: 20 }, (_, index) => `line ${index}`).join("\n");
    const diff = diffTexts(from, from.replace("line 10", "line ten"), names);
    expect(diff.split("\n")).toEqual([
      ...["--- a", "+++ b", "@@ -8,7 +8,7 @@", " line 7", " line 8", " line 9"],
      ...["-line 10", "+line ten", " line 11", " line 12", " line 13", ""],
    ]);
  });

  it("tells all of a text that is new", () => {
    expect(diffTexts("", "x\ny\n", names)).toBe("--- a\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n");
  });

  it("is taken by git as a patch, whatever the texts", () => {
    const dir = mkdtempSync(join(tmpdir(), "dockfra-diff-"));
    const text = fc.array(fc.constantFrom("a", "b", "c", "  d", "e: 1"), { maxLength: 30 });
    try {
      fc.assert(
        fc.property(text, text, (left, right) => {
          const [from, to] = [left, right].map((lines) => lines.map((line) => `${line}\n`).join(""));
          if (from === undefined || to === undefined || from === to || from === "" || to === "") return;
          writeFileSync(join(dir, "f"), from);
          const options = { cwd: dir, input: diffTexts(from, to, ["a/f", "b/f"]) };
          execaSync("git", ["apply", "--unidiff-zero", "-"], options);
          expect(readFileSync(join(dir, "f"), "utf8")).toBe(to);
        }),
        { numRuns: 60 },
      );
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it("of two large texts that share nothing is there at once", () => {
    const lines = (name: string): string =>
      Array.from({ length: 20_000 }, (_, index) => `${name}${index}\n`).join("");
    const startMs = performance.now();
    expect(diffTexts(lines("a"), lines("b"), names).split("\n").length).toBeGreaterThan(40_000);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});
