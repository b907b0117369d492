import { stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { createLogger } from "../../../../bus/kernel/log.ts";
import { createMemoryBus } from "../../../../bus/memory/bus.ts";
import type { StackAction } from "../../../../bus/messages/stack-jobs.ts";
import { serveJobs } from "../../../../agents/monitor/jobs/serve.ts";
import { offerFix } from "../../../../stacks/fix/fixes.ts";
import { makeScratch } from "../../../support/scratch.ts";

test("the monitor itself wants a person's word for a fix that is not safe", async () => {
  await using scratch = await makeScratch();
  await scratch.write("compose.yml", "services: {}\n");
  await using bus = createMemoryBus();
  const end = new AbortController();
  const stateDir = scratch.path("dockfra");
  const serving = serveJobs({
    ...{ bus: bus.worker("monitor", "m"), root: scratch.dir, stateDir, signal: end.signal },
    log: createLogger("test", "silent"),
  });
  const offer = (name: string, safe: boolean): string =>
    offerFix(
      stateDir,
      { project: "shop", dir: scratch.dir, files: [], envFiles: [] },
      {
        ...{ code: "fix_mkdir", params: { path: name }, services: [], safe },
        steps: [{ do: "directory", path: scratch.path(name) }],
      },
    ).id;
  const operator = bus.client("operator");
  const act = (id: string, action: StackAction) =>
    operator.question("monitor.act", { id, action, by: "ada" });
  const endOf = async (id: string): Promise<string> =>
    (await operator.question("monitor.job", { id, waitMs: 5_000 })).state;

  const [safe, unsafe] = [offer("one", true), offer("two", false)];
  await expect(act("a", { do: "fix", fix: unsafe })).rejects.toMatchObject({
    ...{ code: "fix_unapproved", kind: "conflict", params: { fix: unsafe } },
    message: expect.stringContaining("dockfra fix"),
  });
  await expect(act("a", { do: "fix", fix: unsafe, approved: false })).rejects.toMatchObject({
    code: "fix_unapproved",
  });
  await expect(stat(scratch.path("two"))).rejects.toThrow();
  expect((await operator.question("monitor.jobs", {})).jobs).toEqual([]);

  await act("b", { do: "fix", fix: unsafe, approved: true });
  await expect.poll(() => endOf("b"), { timeout: 20_000 }).toBe("done");
  await act("c", { do: "fix", fix: safe });
  await expect.poll(() => endOf("c"), { timeout: 20_000 }).toBe("done");
  for (const name of ["one", "two"]) expect((await stat(scratch.path(name))).isDirectory()).toBe(true);
  await expect(act("d", { do: "fix", fix: "fix-0000000000000000" })).rejects.toMatchObject({
    code: "fix_unknown",
  });
  end.abort();
  await serving;
});
