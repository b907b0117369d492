import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, it } from "vitest";
import { deployPoints, type ReleaseRef } from "../../../stacks/targets/target.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { makeComposeStack, webService, type ComposeStack } from "./compose-stack.ts";

/** Gives the same numbers from 0 to 1 every time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

describeWithEngine("a deploy that is cut off with its monitor", () => {
  let stack: ComposeStack;
  const timeout = 120_000;

  beforeEach(async () => {
    stack = await makeComposeStack();
    const one = stack.writeRelease("one", { web: webService(stack.port) });
    await stack.createTarget().deploy({ commandId: "c1", release: one });
  }, timeout);

  afterEach(() => stack[Symbol.asyncDispose](), timeout);

  /** Deploys in a process of its own that kills itself at a point, or is killed by us. */
  const startMonitor = (release: ReleaseRef, point?: string) => {
    const script = join(stack.root, "monitor.ts");
    const module = join(import.meta.dirname, "../../../stacks/targets/compose/compose-target.ts");
    writeFileSync(
      script,
      `import { createComposeTarget } from ${JSON.stringify(module)};
       await createComposeTarget(${JSON.stringify(stack.options)}).deploy(
         ${JSON.stringify({ commandId: "c2", release })},
         { onPoint: (point) => { if (point === ${JSON.stringify(point ?? "")}) process.kill(process.pid, "SIGKILL"); } },
       );`,
    );
    return execa(process.execPath, [script], { reject: false, stdin: "ignore" });
  };

  /** Ends the docker command that the monitor had started, as a machine that goes down does. */
  const killCommand = async (): Promise<void> => {
    const text = await readFile(join(stack.options.dir, "compose.json"), "utf8");
    const { atWork } = JSON.parse(text) as { atWork?: { pid: number } };
    try {
      if (atWork) process.kill(-atWork.pid, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  };

  /** What a newly started monitor makes of it: one release, whole, and known. */
  const settle = async (): Promise<string> => {
    const target = stack.createTarget();
    const done = await target.recover?.();
    const status = await target.status();
    expect(status).toMatchObject({ running: true, healthy: true });
    const ids = await stack.containers("web");
    expect(ids).toHaveLength(1);
    const label = await stack.docker(
      "inspect",
      "--format",
      '{{index .Config.Labels "dockfra.release"}}',
      ids[0] ?? "",
    );
    const page = await stack.get();
    expect(label).toBe(status.releaseId);
    expect(page).toBe(`version ${status.releaseId}`);
    if (done) expect(done.outcome.outcome).toBe(status.releaseId === "two" ? "deployed" : "restored");
    expect(await stack.createTarget().recover?.()).toBeUndefined();
    return page;
  };

  it.each(deployPoints)("ends in one release when killed at %s", { timeout }, async (point) => {
    const two = stack.writeRelease("two", { web: webService(stack.port) });
    const { signal } = await startMonitor(two, point);
    expect(signal).toBe("SIGKILL");
    expect(await settle()).toBe("version two");
  });

  it("ends in one release when killed between create and start", { timeout }, async () => {
    // what waits for another is there for a while before it starts
    const gate = { ...webService(), healthcheck: { test: ["CMD", "true"], interval: "4s" } };
    const web = { ...webService(stack.port), depends_on: { gate: { condition: "service_healthy" } } };
    const two = stack.writeRelease("two", { web, gate });
    const monitor = startMonitor(two);
    const stateOf = async (): Promise<string> => {
      const ids = await stack.containers("web");
      return ids.length === 1 ? stack.docker("inspect", "--format", "{{.State.Status}}", ...ids) : "";
    };
    await expect.poll(() => stateOf().catch(() => ""), { timeout: 60_000, interval: 50 }).toBe("created");
    await killCommand();
    monitor.kill("SIGKILL");
    await monitor;
    expect(await stateOf()).toBe("created");
    expect(await settle()).toBe("version two");
  });

  it.each([1, 2, 3, 4])(
    "ends in one release when killed at a moment by seed %i",
    { timeout },
    async (seed) => {
      const random = seeded(seed * 7_919);
      const two = stack.writeRelease(
        "two",
        { web: webService(stack.port) },
        random() < 0.5 ? "good" : "unhealthy",
      );
      const monitor = startMonitor(two);
      await new Promise((resolve) => setTimeout(resolve, 500 + random() * 6_000));
      if (random() < 0.5) await killCommand();
      monitor.kill("SIGKILL");
      await monitor;
      expect(await settle()).toMatch(/^version (?:one|two)$/);
    },
  );

  it("settles it before the next deploy too", { timeout }, async () => {
    const bad = stack.writeRelease("two", { web: webService(stack.port) }, "unhealthy");
    await startMonitor(bad, "kept_data");
    const three = stack.writeRelease("three", { web: webService(stack.port) }, "crashing");
    const outcome = await stack
      .createTarget({ healthTimeoutMs: 8_000 })
      .deploy({ commandId: "c3", release: three });
    expect(outcome).toMatchObject({ outcome: "restored" });
    expect(await settle()).toBe("version one");
  });
});
