import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { invalidInput } from "../../../../bus/kernel/errors.ts";
import type { FeedEntry } from "../../../../bus/messages/feed.ts";
import { JobView, type StackAction } from "../../../../bus/messages/stack-jobs.ts";
import type { JobActions } from "../../../../agents/monitor/jobs/actions.ts";
import { JobStore } from "../../../../agents/monitor/jobs/job-store.ts";
import { identifyProcess } from "../../../../stacks/processes/process-identity.ts";
import { startProgram } from "../../../../stacks/processes/running-program.ts";
import { makeScratch } from "../../../support/scratch.ts";

const stop = (stack: string): StackAction => ({ do: "stop", stack });
const launch = (...stacks: string[]): StackAction => ({ do: "launch", stacks });
const by = "ada";

function open(dir: string, actions: JobActions) {
  const told: FeedEntry[] = [];
  const store = new JobStore({
    ...{ dir, actions },
    tell: (entry) => void told.push(entry),
    createRedact: () => Promise.resolve((text: string) => text.replaceAll("hunter22", "***")),
  });
  return { store, told, codes: () => told.map(({ code }) => code) };
}

/** An action that waits until it is let go, or cancelled. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, open: () => resolve() };
}

test("a job tells its steps and lines, and keeps them", async () => {
  await using scratch = await makeScratch();
  const { store, told, codes } = open(scratch.dir, {
    stop: async (run) => {
      run.step({ stack: run.action.stack, service: "web", step: "stop" });
      run.log("\u001b[31mstopping hunter22\u001b[0m\nweb stopped", { stack: "shop", service: "web" });
      run.step({ stack: run.action.stack, service: "web", step: "done" });
      return { stopped: 1 };
    },
  });
  expect(store.begin({ id: "a", action: stop("shop"), by })).toMatchObject({ id: "a", state: "running" });
  const view = await store.wait("a", 2_000);
  expect(JobView.parse(view)).toMatchObject({
    state: "done",
    services: [{ stack: "shop", service: "web", step: "done" }],
    log: ["stopping ***", "web stopped"],
    result: { stopped: 1 },
  });
  expect(codes()).toEqual(["job_started", "job_step", "job_log", "job_step", "job_done"]);
  expect(told[2]).toMatchObject({
    kind: "log",
    params: { job: "a", stack: "shop", service: "web" },
    text: "stopping ***\nweb stopped",
  });
  expect(told.at(-1)?.params).toMatchObject({ job: "a", do: "stop", what: "shop", state: "done" });
  const file = join(scratch.dir, "a.json");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, "utf8")).not.toContain("hunter22");
});

test("the same id gives the same job, now and after a restart; another action is refused", async () => {
  await using scratch = await makeScratch();
  let times = 0;
  const actions: JobActions = {
    stop: () => {
      times += 1;
      return Promise.resolve(undefined);
    },
  };
  const first = open(scratch.dir, actions);
  first.store.begin({ id: "a", action: stop("shop"), by });
  first.store.begin({ id: "a", action: stop("shop"), by });
  await first.store.wait("a", 2_000);
  const second = open(scratch.dir, actions);
  expect(second.store.begin({ id: "a", action: stop("shop"), by })).toMatchObject({ state: "done" });
  expect(() => second.store.begin({ id: "a", action: stop("blog"), by })).toThrowError(/Another job/);
  expect(times).toBe(1);
});

test("what fails keeps its code, without secrets", async () => {
  await using scratch = await makeScratch();
  const { store } = open(scratch.dir, {
    stop: () =>
      Promise.reject(invalidInput("no_such_thing", "hunter22 is wrong.", { params: { why: "hunter22" } })),
  });
  store.begin({ id: "a", action: stop("shop"), by });
  expect(await store.wait("a", 2_000)).toMatchObject({
    state: "failed",
    error: { code: "no_such_thing", message: "*** is wrong.", params: { why: "***" } },
  });
});

test("a job is cancelled when its action has ended what it started", async () => {
  await using scratch = await makeScratch();
  const { store, told } = open(scratch.dir, {
    stop: async ({ signal }) => {
      await sleep(60_000, undefined, { signal });
      return undefined;
    },
  });
  store.begin({ id: "a", action: stop("shop"), by });
  expect(await store.wait("a", 20)).toMatchObject({ state: "running" });
  const view = await store.cancel("a", 2_000);
  expect(view.state).toBe("cancelled");
  expect(view.error).toBeUndefined();
  expect(told.at(-1)?.params).toMatchObject({ state: "cancelled" });
  expect(await store.cancel("a", 0)).toMatchObject({ state: "cancelled" });
});

test("a result says that the work was done before the cancel came", async () => {
  await using scratch = await makeScratch();
  const done = gate();
  const { store } = open(scratch.dir, {
    stop: async () => {
      await done.promise;
      return { stopped: 1 };
    },
  });
  store.begin({ id: "a", action: stop("shop"), by });
  const cancelled = store.cancel("a", 2_000);
  done.open();
  expect(await cancelled).toMatchObject({ state: "done", result: { stopped: 1 } });
});

test("two jobs on one stack are not at work at once", async () => {
  await using scratch = await makeScratch();
  const done = gate();
  const wait = async () => {
    await done.promise;
    return undefined;
  };
  const { store } = open(scratch.dir, { stop: wait, launch: wait });
  store.begin({ id: "a", action: launch("shop", "blog"), by });
  expect(() => store.begin({ id: "b", action: stop("shop"), by })).toThrowError(
    expect.objectContaining({ code: "job_in_the_way", params: { job: "a", do: "launch" } }),
  );
  expect(() => store.begin({ id: "c", action: launch(), by })).toThrowError(/at work there/);
  expect(store.begin({ id: "d", action: stop("wiki"), by })).toMatchObject({ state: "running" });
  done.open();
  await store.wait("a", 2_000);
  expect(store.begin({ id: "b", action: stop("shop"), by })).toMatchObject({ state: "running" });
});

test("after a kill a job has failed, and the program at work for it is ended", async () => {
  await using scratch = await makeScratch();
  const program = startProgram(["sleep", "60"], { cwd: "/", env: {} });
  const pid = program.pid ?? 0;
  const killed = open(scratch.dir, {
    stop: async (run) => {
      run.step({ stack: "shop", service: "web", step: "pull" });
      run.started(pid);
      await gate().promise;
      return undefined;
    },
  });
  killed.store.begin({ id: "a", action: stop("shop"), by });
  await sleep(50);
  expect(identifyProcess(pid)).toBeDefined();
  const { store } = open(scratch.dir, {});
  expect(await store.wait("a", 0)).toMatchObject({
    state: "failed",
    error: { code: "job_cut_off", params: { job: "a" } },
    services: [{ service: "web", step: "pull" }],
  });
  await program.closed;
  expect(identifyProcess(pid)).toBeUndefined();
});

test("an end of the monitor cuts jobs off", async () => {
  await using scratch = await makeScratch();
  const { store } = open(scratch.dir, {
    stop: async ({ signal }) => {
      await sleep(60_000, undefined, { signal });
      return undefined;
    },
  });
  store.begin({ id: "a", action: stop("shop"), by });
  await sleep(20);
  await store.close();
  expect(await store.wait("a", 0)).toMatchObject({ state: "failed", error: { code: "job_cut_off" } });
});

test("the last 50 jobs are kept, newest first, and a garbled record is put aside", async () => {
  await using scratch = await makeScratch();
  await scratch.write("x.json", '{"version":1');
  const actions: JobActions = { stop: () => Promise.resolve(undefined) };
  const { store } = open(scratch.dir, actions);
  for (let n = 0; n < 60; n += 1) {
    store.begin({ id: `j${n}`, action: stop("shop"), by });
    await store.wait(`j${n}`, 2_000);
  }
  expect(store.list().map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, n) => `j${59 - n}`));
  const files = await readdir(scratch.dir);
  expect(files.filter((name) => name.endsWith(".json"))).toHaveLength(50);
  expect(files).toContain("x.json.unreadable");
  expect(() => store.begin({ id: "z", action: launch("shop"), by })).toThrowError(
    /does not know how to launch/,
  );
  await expect(store.wait("j0", 0)).rejects.toMatchObject({ code: "job_not_found" });
});

test("a log is bounded, and fits into one message", async () => {
  await using scratch = await makeScratch();
  const { store } = open(scratch.dir, {
    stop: (run) => {
      for (let n = 0; n < 3_000; n += 1) run.log(`${n} ${"x".repeat(5_000)}`);
      return Promise.resolve(undefined);
    },
  });
  store.begin({ id: "a", action: stop("shop"), by });
  const view = JobView.parse(await store.wait("a", 5_000));
  expect(view.log.at(-1)).toMatch(/^2999 x/);
  expect(JSON.stringify(view).length).toBeLessThan(300_000);
});
