import { expect, test } from "vitest";
import type { FileChange } from "../../../agents/manager/diff-reading.ts";
import {
  defaultMaxDiffLines,
  forbiddenPaths,
  judge,
  type ReviewLimits,
} from "../../../agents/manager/review-rules.ts";
import type { Work } from "../../../bus/messages/ticket.ts";

const limits: ReviewLimits = { forbidden: forbiddenPaths, maxDiffLines: defaultMaxDiffLines };

function change(path: string, rest: Partial<FileChange> = {}): FileChange {
  return {
    path,
    kind: "changed",
    oldMode: "100644",
    newMode: "100644",
    binary: false,
    insertions: 1,
    deletions: 1,
    ...rest,
  };
}

function workOf(changes: readonly FileChange[], rest: Partial<Work> = {}): Work {
  return {
    engine: "command",
    branch: "dockfra/T-0001",
    baseBranch: "main",
    baseCommit: "1".repeat(40),
    commit: "2".repeat(40),
    diff: "3".repeat(64),
    stats: {
      files: changes.map(({ path }) => path),
      insertions: changes.reduce((sum, { insertions }) => sum + insertions, 0),
      deletions: changes.reduce((sum, { deletions }) => sum + deletions, 0),
    },
    tests: { passed: true, command: "node --test", exitCode: 0, tookMs: 1, output: { head: "ok" } },
    ...rest,
  };
}

const verdictOf = (
  changes: readonly FileChange[],
  rest?: Partial<Work>,
  given = limits,
): { verdict: string; reasons: string[] } => judge(workOf(changes, rest), changes, given);

test("a plain change with green tests is approved", () => {
  expect(verdictOf([change("src/app.js"), change("docs/env.md"), change(".env.example")])).toEqual({
    verdict: "approve",
    reasons: [],
  });
});

test("an empty diff is blocked", () => {
  expect(verdictOf([])).toMatchObject({
    verdict: "block",
    reasons: ["The diff is empty: nothing was changed."],
  });
});

const failing: Work["tests"] = {
  passed: false,
  command: "node --test",
  exitCode: 1,
  tookMs: 1,
  output: { head: "1 of 3 failed" },
};

test("failing tests send it back, but not a patch, which would be the same again", () => {
  expect(verdictOf([change("a.js")], { tests: failing })).toEqual({
    verdict: "rework",
    reasons: ['The tests ("node --test") ended with 1: 1 of 3 failed'],
  });
  expect(verdictOf([change("a.js")], { tests: failing, engine: "patch" }).verdict).toBe("block");
});

test.each([
  "dockfra.yaml",
  "DOCKFRA.YAML",
  "dockfra/.env",
  ".github/workflows/ci.yml",
  ".env",
  "apps/web/.env",
  ".gitmodules",
  ".npmrc",
  ".husky/pre-commit",
  "secrets/deep/key.pem",
  "infra",
  "infra/main.tf",
  "infra/.hidden/file",
  "deep/.husky/.x",
])("%s may not be changed", (path) => {
  const verdict = verdictOf(
    [change(path), change("src/app.js")],
    {},
    { ...limits, forbidden: [...forbiddenPaths, "secrets/**", "./infra/"] },
  );
  expect(verdict).toMatchObject({ verdict: "block" });
  expect(verdict.reasons).toHaveLength(1);
  expect(verdict.reasons[0]).toContain(`${path} may not be changed`);
});

test.each([
  ["a new link", { kind: "added", oldMode: undefined, newMode: "120000" }, "symbolic link"],
  ["a changed link", { oldMode: "120000", newMode: "120000" }, "symbolic link"],
  ["a link that becomes a file", { oldMode: "120000", newMode: "100644" }, "symbolic link"],
  ["a removed link", { kind: "deleted", oldMode: "120000", newMode: undefined }, "symbolic link"],
  ["a submodule", { kind: "added", oldMode: undefined, newMode: "160000" }, "submodule"],
  ["a new program", { kind: "added", oldMode: undefined, newMode: "100755" }, "executable"],
  ["a file made executable", { newMode: "100755" }, "executable"],
  ["a program made plain", { oldMode: "100755", newMode: "100644" }, "mode"],
  ["a binary file", { binary: true }, "binary"],
] as const)("%s is refused", (_name, rest, word) => {
  const verdict = verdictOf([change("some/file", rest)]);
  expect(verdict.verdict).toBe("block");
  expect(verdict.reasons.join(" ")).toContain(word);
});

test.each([
  ["a program that was one before", { oldMode: "100755", newMode: "100755" }],
  ["a removed file", { kind: "deleted", newMode: undefined }],
  ["a new file", { kind: "added", oldMode: undefined }],
] as const)("%s is fine", (_name, rest) => {
  expect(verdictOf([change("some/file", rest)]).verdict).toBe("approve");
});

test("a diff that is not what the developer says is blocked", () => {
  const changes = [change("a.js")];
  for (const stats of [
    { files: ["a.js"], insertions: 2, deletions: 1 },
    { files: ["b.js"], insertions: 1, deletions: 1 },
    { files: [], insertions: 1, deletions: 1 },
  ])
    expect(verdictOf(changes, { stats })).toMatchObject({ verdict: "block" });
});

test("too many lines or files are sent back", () => {
  expect(verdictOf([change("a.js", { insertions: 5_000 })]).reasons[0]).toContain(
    "5001 lines, more than the 5000",
  );
  expect(verdictOf([change("a.js")], {}, { ...limits, maxDiffLines: 1 }).verdict).toBe("rework");
  expect(verdictOf(Array.from({ length: 501 }, (_, n) => change(`${n}.js`))).reasons[0]).toContain(
    "501 files",
  );
});

test("reasons fit a message", () => {
  const verdict = verdictOf(Array.from({ length: 100 }, (_, n) => change(`${n}/${"x".repeat(3_000)}/.env`)));
  expect(verdict.reasons).toHaveLength(50);
  expect(Math.max(...verdict.reasons.map((reason) => reason.length))).toBeLessThanOrEqual(2_000);
});
