import { expect, test } from "vitest";
import { createProcessSandbox } from "../../../../agents/container/sandbox.ts";
import { ProjectChecks } from "../../../../agents/monitor/incidents/project-checks.ts";
import type { MonitorServices } from "../../../../agents/monitor/services.ts";
import { ProjectFile } from "../../../../stacks/project-file/project-schema.ts";
import type { Target } from "../../../../stacks/targets/target.ts";

const project = ProjectFile.parse({
  deploy: { shop: { url: "http://127.0.0.1:9", log_lacks: ["boom"] } },
});

/** Checks on a stack whose log is whatever `say` put into it, on a target that does not know when it was written. */
function watched() {
  const lines: string[] = [];
  const target = {
    status: () => Promise.resolve({ running: true, healthy: true, url: "http://127.0.0.1:9", detail: "" }),
    logs: () => Promise.resolve([...lines]),
  } as Partial<Target> as Target;
  const services: Partial<MonitorServices> = {
    root: "/",
    sandbox: createProcessSandbox("/"),
    chooseTarget: () => Promise.resolve(target),
  };
  const checks = new ProjectChecks(services as MonitorServices);
  const take = async (isChanging = false) => {
    await checks.take(project, () => isChanging, AbortSignal.timeout(10_000));
    return checks.symptoms().map(({ what, log }) => ({ what, log }));
  };
  return { lines, take, isWell: () => checks.isWell("shop") };
}

test("a log check counts what was written since the look before, be it the same line again", async () => {
  const { lines, take, isWell } = watched();
  lines.push("went boom");
  expect(await take()).toEqual([]);
  expect(await take()).toEqual([]);
  lines.push("fine", "went boom");
  expect(await take()).toEqual([
    { what: expect.stringContaining('log lacks "boom": 1 of 2 log lines'), log: ["fine", "went boom"] },
  ]);
  expect(isWell()).toBe(false);
  lines.splice(0, 1);
  expect(await take()).toEqual([]);
  expect(isWell()).toBe(true);
});

test("what is written while the stack is being changed does not count", async () => {
  const { lines, take } = watched();
  await take();
  lines.push("went boom");
  expect(await take(true)).toEqual([]);
  expect(await take()).toEqual([]);
});
