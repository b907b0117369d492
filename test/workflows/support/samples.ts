import type { ErrorInfo } from "../../../bus/kernel/errors.ts";
import type { Check, Evidence } from "../../../bus/messages/checks.ts";
import type { CommandOutput } from "../../../bus/messages/commands.ts";
import type { Work } from "../../../bus/messages/ticket.ts";

/** A commit hash made of one hex digit. */
export const commit = (digit: string): string => digit.repeat(40);

export const healthCheck: Check = { kind: "http", path: "/health", status: 200 };

export const passedEvidence: Evidence = {
  check: healthCheck,
  passed: true,
  observed: "GET /health answered 200 in 12 ms",
  atMs: 1,
  tookMs: 12,
};
export const failedEvidence: Evidence = {
  ...passedEvidence,
  passed: false,
  observed: "GET /health answered 500 in 3 ms",
};

/** An error as a worker reports it. */
export function errorOf(code: string): ErrorInfo {
  return { kind: "conflict", code, message: `It failed: ${code}.`, retryable: false, params: {} };
}

/** A developer's work with green tests on the branch of T-0001. */
export function work(change: Partial<Work> = {}): Work {
  return {
    engine: "command",
    branch: "dockfra/T-0001",
    baseBranch: "main",
    baseCommit: commit("a"),
    commit: commit("b"),
    diff: "d".repeat(64),
    stats: { files: ["page.html"], insertions: 1, deletions: 1 },
    tests: { passed: true, command: "node --test", exitCode: 0, tookMs: 900, output: { head: "ok 3" } },
    ...change,
  };
}

/** The tests of a work that breaks them. */
export const redTests: Work["tests"] = {
  passed: false,
  command: "node --test",
  exitCode: 1,
  tookMs: 900,
  output: { head: "not ok 2 price" },
};

export const candidate: CommandOutput<"developer.candidate"> = {
  repo: "shop",
  baseBranch: "main",
  baseCommit: commit("a"),
  commit: commit("c"),
};
