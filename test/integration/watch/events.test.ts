import { expect, test } from "vitest";
import { describeWithEngine } from "../../support/engine.ts";
import { watchStack } from "./watched-stack.ts";

const quick = "stop_grace_period: 0s";

describeWithEngine("events of a stack's containers", () => {
  test("start, health and a stop by hand are on the feed within a second", { timeout: 60_000 }, async () => {
    await using stack = await watchStack({
      services: `  web: { image: busybox, command: [sleep, "600"], ${quick}, healthcheck: { test: ["CMD", "test", "!", "-e", "/bad"], interval: 1s, retries: 1 } }\n`,
    });
    await stack.compose("up", "-d");
    const started = await stack.heard("container_started");
    expect(started.params).toEqual({ stack: stack.name, service: "web", container: `${stack.name}-web-1` });
    expect(started.heardAtMs - started.atMs).toBeLessThan(1_000);
    const healthy = await stack.heard("container_health");
    expect(healthy.params).toMatchObject({ health: "healthy" });
    expect(healthy.heardAtMs - healthy.atMs).toBeLessThan(1_000);
    await stack.compose("exec", "web", "touch", "/bad");
    await expect
      .poll(() => stack.feed.some(({ params }) => params["health"] === "unhealthy"), { timeout: 15_000 })
      .toBe(true);
    const { services } = await stack.operator.question("monitor.services", { stack: stack.name });
    expect(services).toMatchObject([{ service: "web", state: "unhealthy", restarts: 0, image: "busybox" }]);
    await stack.compose("stop");
    const ended = await stack.heard("container_ended");
    expect(ended.heardAtMs - ended.atMs).toBeLessThan(1_000);
    expect(stack.feed.some(({ code }) => code === "container_died")).toBe(false);
  });

  test("a crash loop is summed up, and services say how it stands", { timeout: 60_000 }, async () => {
    await using stack = await watchStack({
      services: `  app: { image: busybox, command: [sh, -c, "exit 3"], restart: always, ${quick} }\n  other: { image: busybox, command: ["true"], profiles: [never] }\n  later: { image: busybox, command: [sleep, "600"], ${quick} }\n`,
    });
    await stack.compose("up", "-d", "app");
    const died = await stack.heard("container_died");
    expect(died.params).toMatchObject({ service: "app", exitCode: 3, oom: false });
    const loop = await stack.heard("container_keeps_dying");
    expect(loop.params).toMatchObject({ count: 3, exitCode: 3 });
    const { engine, services } = await stack.operator.question("monitor.services", { stack: stack.name });
    expect(engine).toBe(true);
    expect(services.map(({ service }) => service)).toEqual(["app", "later"]);
    expect(services[0]?.restarts).toBeGreaterThanOrEqual(2);
    expect(services[1]).toEqual({ stack: stack.name, service: "later", state: "missing", ports: [] });
    const told = stack.feed.filter(({ params }) => params["stack"] === stack.name).length;
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(stack.feed.filter(({ params }) => params["stack"] === stack.name)).toHaveLength(told);
  });

  test("a death for lack of memory is told as that", { timeout: 60_000 }, async () => {
    await using stack = await watchStack({
      services: `  hog: { image: busybox, command: [sh, -c, "x=aaaaaaaaaaaaaaaa; while :; do x=$$x$$x; done"], mem_limit: 12m, memswap_limit: 12m, ${quick} }\n`,
    });
    await stack.compose("up", "-d");
    const died = await stack.heard("container_died", 30_000);
    expect(died.params).toMatchObject({ service: "hog", oom: true, exitCode: 137 });
    const { services } = await stack.operator.question("monitor.services", { stack: stack.name });
    expect(services).toMatchObject([{ state: "exited", exitCode: 137, oomKilled: true }]);
  });

  test("measures become a series with CPU, memory and network", { timeout: 60_000 }, async () => {
    await using stack = await watchStack({
      services: `  busy: { image: busybox, command: [sh, -c, "while :; do :; done"], cpus: 0.2, mem_limit: 32m, ${quick} }\n`,
    });
    await stack.compose("up", "-d");
    await expect
      .poll(
        async () => {
          const { series } = await stack.operator.question("monitor.stats", { stack: stack.name });
          return series[0]?.samples.length ?? 0;
        },
        { timeout: 30_000, interval: 500 },
      )
      .toBeGreaterThanOrEqual(2);
    const { series } = await stack.operator.question("monitor.stats", { stack: stack.name });
    const last = series[0]?.samples.at(-1);
    expect(series).toMatchObject([{ service: "busy", container: `${stack.name}-busy-1`, restarts: 0 }]);
    expect(last?.cpu).toBeGreaterThan(0.05);
    expect(last?.cpu).toBeLessThan(0.4);
    expect(last?.memoryBytes).toBeGreaterThan(10_000);
    expect(last?.memoryLimitBytes).toBe(32 * 1024 ** 2);
    const later = await stack.operator.question("monitor.stats", {
      stack: stack.name,
      sinceMs: (last?.atMs ?? 0) - 1,
    });
    expect(later.series[0]?.samples.length).toBeLessThanOrEqual(2);
    await expect(stack.operator.question("monitor.stats", { stack: "nobody" })).rejects.toMatchObject({
      ...{ kind: "not_found", code: "stack_unknown" },
    });
  });
});
