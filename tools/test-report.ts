import { relative } from "node:path";
import { z } from "zod";

/** What a run came to; failures and skips are named. */
export interface Totals {
  readonly passed: number;
  readonly failures: readonly string[];
  readonly skips: readonly string[];
  /** The files in which something failed, below the root. */
  readonly failedFiles: readonly string[];
}

const Report = z.object({
  testResults: z
    .array(
      z.object({
        name: z.string(),
        status: z.string(),
        assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
      }),
    )
    .default([]),
});

const unexecuted: readonly string[] = ["pending", "skipped", "todo", "disabled"];

/** A report in which the files of a later run stand in place of those of the first. */
export function replaceFiles(first: unknown, later: unknown): unknown {
  const again = Report.parse(later).testResults;
  const kept = Report.parse(first).testResults.filter(
    ({ name }) => !again.some((file) => file.name === name),
  );
  return { testResults: [...kept, ...again] };
}

/** Counts Vitest's JSON report; a file that fails without a failing test counts as one failure. */
export function countReport(report: unknown, root: string = process.cwd()): Totals {
  let passed = 0;
  const failures: string[] = [];
  const skips: string[] = [];
  const failedFiles: string[] = [];
  for (const { name, status, assertionResults } of Report.parse(report).testResults) {
    const file = relative(root, name);
    const before = failures.length;
    for (const test of assertionResults) {
      if (test.status === "passed") passed++;
      else (unexecuted.includes(test.status) ? skips : failures).push(`${file} > ${test.fullName}`);
    }
    if (status === "failed" && failures.length === before) failures.push(`${file} (the file itself)`);
    if (failures.length > before) failedFiles.push(file);
  }
  return { passed, failures, skips, failedFiles };
}
