import { afterEach, beforeEach, expect, test } from "vitest";
import type { JobView, StackAction } from "../../../bus/messages/stack-jobs.ts";
import type { QuestionInput } from "../../../bus/messages/questions.ts";
import type { StackRelease } from "../../../bus/messages/stack-watch.ts";
import { askApprovals, readApprovals } from "../../../stacks/policy/approvals.ts";
import { loadState } from "../../../stacks/targets/process/runner-state.ts";
import { targetDirOf } from "../../../stacks/targets/select-target.ts";
import { appSource } from "../targets/sample-app.ts";
import { openMonitoredApp, type MonitoredApp } from "./monitored-app.ts";

let app: MonitoredApp;

beforeEach(async () => {
  app = await openMonitoredApp();
});

afterEach(() => app[Symbol.asyncDispose]());

let count = 0;
const act = async (action: StackAction): Promise<JobView> => {
  const operator = app.crew.bus.client("operator");
  const id = `job-${++count}`;
  let job = await operator.question("monitor.act", { id, action, by: "kim" });
  while (job.state === "running") job = await operator.question("monitor.job", { id, waitMs: 2_000 });
  return job;
};
const releases = async (): Promise<StackRelease[]> =>
  (await app.crew.bus.client("operator").question("monitor.releases", { stack: "app" })).releases;

test("jobs deploy and roll back, and every release is on record", { timeout: 60_000 }, async () => {
  const one = await app.version("one");
  const first = await act({ do: "deploy", stack: "app" });
  expect(first).toMatchObject({ state: "done", result: { commit: one, url: app.url } });
  await app.version("two");
  expect(await act({ do: "deploy", stack: "app" })).toMatchObject({ state: "done" });
  await app.version("three", "crashing");
  expect(await act({ do: "deploy", stack: "app" })).toMatchObject({
    state: "failed",
    error: { code: "start_failed" },
  });
  expect(await app.page()).toBe("version two");
  expect((await releases()).map(({ state, by }) => [state, by])).toEqual([
    ["restored", "kim"],
    ["current", "kim"],
    ["kept", "kim"],
  ]);
  expect(await act({ do: "rollback", stack: "app" })).toMatchObject({
    state: "done",
    result: { commit: one },
  });
  expect(await app.page()).toBe("version one");
  expect((await releases()).map(({ state }) => state)).toEqual(["restored", "kept", "current"]);
  expect(await act({ do: "rollback", stack: "app", release: "nobody" })).toMatchObject({
    state: "failed",
    error: { code: "release_unknown" },
  });
});

test(
  "what a process writes is read, followed and searched as the log of any stack",
  { timeout: 60_000 },
  async () => {
    const talking = (name: string): string =>
      `${appSource(name, "good")}\nconsole.log("${name} up");\nprocess.on("SIGUSR2", () => console.error("ERROR: ${name} was poked"));\n`;
    const read = (wish: Partial<QuestionInput<"monitor.log-read">> = {}) =>
      app.crew.bus.client("operator").question("monitor.log-read", { stack: "app", lines: 100, ...wish });
    expect(await read()).toMatchObject({ lines: [] });
    await app.user.commit({ "server.cjs": talking("one") }, "one");
    const beganMs = Date.now();
    await act({ do: "deploy", stack: "app" });
    const first = await read();
    expect(first.lines).toContainEqual(
      expect.objectContaining({ service: "app", text: "one up", level: "info" }),
    );
    const [up] = (await read({ search: "ONE UP" })).lines;
    expect(up?.atMs).toBeGreaterThanOrEqual(beganMs);
    const waiting = read({ cursor: first.cursor, waitMs: 10_000, minLevel: "error" });
    const { instances } = loadState(targetDirOf(app.user.stateDir, "app"));
    for (const { pid } of instances) process.kill(pid, "SIGUSR2");
    const told = await waiting;
    expect(told.lines.map(({ text, level }) => [text, level])).toEqual([["ERROR: one was poked", "error"]]);
    await app.user.commit({ "server.cjs": talking("two") }, "two");
    await act({ do: "deploy", stack: "app" });
    const next = await read({ cursor: told.cursor });
    expect(next.lines.map(({ text }) => text)).toContain("two up");
    expect(next.lines.map(({ text }) => text)).not.toContain("one up");
    expect((await read({ sinceMs: beganMs })).lines.map(({ text }) => text)).toEqual(
      expect.arrayContaining(["one up", "two up"]) as string[],
    );
  },
);

test("a release that fails a check of the project is taken away again", { timeout: 60_000 }, async () => {
  await app.version("one");
  await act({ do: "deploy", stack: "app" });
  await app.user.commit({ "server.cjs": appSource("x", "good").replace("version x", "nothing") }, "two");
  const job = await act({ do: "deploy", stack: "app" });
  expect(job).toMatchObject({ state: "failed", error: { code: "checks_failed" } });
  expect(job.log.join("\n")).toContain("What ran before answers again");
  expect(await app.page()).toBe("version one");
  expect((await releases())[0]).toMatchObject({
    state: "restored",
    reason: expect.stringContaining("check") as string,
  });
});

test("a person accepts settings by their hashes", { timeout: 30_000 }, async () => {
  const hash = "0123456789abcdef";
  const other = "fedcba9876543210";
  askApprovals(app.user.stateDir, [{ hash, what: "app: web: privileged" }]);
  expect(await act({ do: "approve", hashes: [hash, other] })).toMatchObject({
    error: { code: "approval_unknown", params: { hash: other, known: `${hash} (app: web: privileged)` } },
  });
  expect(readApprovals(app.user.stateDir).size).toBe(0);
  expect(await act({ do: "approve", hashes: [hash] })).toMatchObject({
    state: "done",
    result: { approved: 1 },
  });
  expect(readApprovals(app.user.stateDir).has(hash)).toBe(true);
  expect(await act({ do: "approve", hashes: ["../x"] })).toMatchObject({
    error: { code: "approval_invalid" },
  });
});
