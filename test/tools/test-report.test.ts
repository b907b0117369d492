import { expect, test } from "vitest";
import { countReport, replaceFiles } from "../../tools/test-report.ts";

function file(name: string, status: string, tests: Record<string, string>) {
  const assertionResults = Object.entries(tests).map(([fullName, result]) => ({ fullName, status: result }));
  return { name: `/repo/test/${name}`, status, assertionResults };
}

test("counts what passed, and names what failed or was skipped", () => {
  const report = {
    testResults: [
      file("a.test.ts", "failed", { one: "passed", two: "failed" }),
      file("b.test.ts", "passed", { three: "skipped", four: "todo", five: "pending", six: "passed" }),
    ],
  };
  expect(countReport(report, "/repo")).toEqual({
    passed: 2,
    failures: ["test/a.test.ts > two"],
    skips: ["test/b.test.ts > three", "test/b.test.ts > four", "test/b.test.ts > five"],
    failedFiles: ["test/a.test.ts"],
  });
});

test("a file that cannot be loaded is a failure", () => {
  expect(countReport({ testResults: [file("a.test.ts", "failed", {})] }, "/repo").failures).toEqual([
    "test/a.test.ts (the file itself)",
  ]);
});

test("no report counts nothing", () => {
  expect(countReport({})).toEqual({ passed: 0, failures: [], skips: [], failedFiles: [] });
});

test("a file that ran again counts as it did then; what failed again still fails", () => {
  const first = {
    testResults: [
      file("a.test.ts", "failed", { one: "passed", two: "failed" }),
      file("b.test.ts", "failed", { three: "failed" }),
      file("c.test.ts", "passed", { four: "passed" }),
    ],
  };
  const again = {
    testResults: [
      file("a.test.ts", "passed", { one: "passed", two: "passed" }),
      file("b.test.ts", "failed", { three: "failed" }),
    ],
  };
  expect(countReport(replaceFiles(first, again), "/repo")).toEqual({
    passed: 3,
    failures: ["test/b.test.ts > three"],
    skips: [],
    failedFiles: ["test/b.test.ts"],
  });
});
