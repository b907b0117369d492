import { expect, test } from "vitest";
import { createProgressPrinter } from "../../tools/progress.ts";

test("prints each text once, and then each tenth of its size", () => {
  const lines: string[] = [];
  const print = createProgressPrinter((line) => lines.push(line));
  print({ text: "list" });
  print({ text: "list" });
  for (let doneBytes = 0; doneBytes <= 20_000_000; doneBytes += 500_000) {
    print({ text: "archive", doneBytes, totalBytes: 20_000_000 });
  }
  expect(lines).toHaveLength(12);
  expect(lines.slice(0, 3)).toEqual(["list", "archive (0.0 of 20.0 MB)", "archive (2.0 of 20.0 MB)"]);
  expect(lines.at(-1)).toBe("archive (20.0 of 20.0 MB)");
});
