import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createContainerWatch, describeDeath, partOf } from "../../../cli/containers/container-watch.ts";
import { parseEvent, type ContainerEvent } from "../../../cli/containers/engine-events.ts";

function watchOne({ outOfMemory = false } = {}) {
  const told: string[] = [];
  const revived: string[] = [];
  const watch = createContainerWatch({
    tell: (code, { how, delayMs, count }) =>
      told.push([code, how, delayMs, count].filter((one) => one !== undefined).join(" ")),
    revive: ({ name }) => revived.push(name),
    wasOutOfMemory: async () => outOfMemory,
  });
  const take = (action: string, more: Partial<ContainerEvent> = {}) =>
    watch.take({ id: "1", name: "x-ssh-manager", service: "ssh-manager", action, ...more });
  return { watch, told, revived, take };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a container that ends", () => {
  test("is told with its exit code, and started where Docker does not", async () => {
    const { take, told, revived } = watchOne();
    await take("start");
    await take("die", { exitCode: 1 });
    expect(told).toEqual(["part_restarted exit 1 100"]);
    vi.advanceTimersByTime(5_000);
    expect(revived).toEqual(["x-ssh-manager"]);
  });

  test("is left to Docker where that starts it again", async () => {
    const { take, revived } = watchOne();
    await take("start");
    await take("die", { exitCode: 137 });
    await take("start");
    vi.advanceTimersByTime(5_000);
    expect(revived).toEqual([]);
  });

  test("by its memory is told as that, by the event or by its state", async () => {
    const byEvent = watchOne();
    await byEvent.take("oom");
    await byEvent.take("die", { exitCode: 137 });
    expect(byEvent.told).toEqual(["part_restarted exit 137, out of memory 100"]);
    const byState = watchOne({ outOfMemory: true });
    await byState.take("die", { exitCode: 137 });
    expect(byState.told).toEqual(["part_restarted exit 137, out of memory 100"]);
  });

  test("by hand stays so, and that is told once", async () => {
    const { take, told, revived } = watchOne();
    await take("start");
    await take("kill", { signal: 15 });
    await take("kill", { signal: 9 });
    await take("die", { exitCode: 137 });
    await take("stop");
    vi.advanceTimersByTime(5_000);
    expect(told.at(-1)).toBe("container_stopped");
    expect(revived).toEqual([]);
  });

  test("again and again is told as that, with longer and longer pauses", async () => {
    const { take, told } = watchOne();
    for (let n = 0; n < 5; n += 1) {
      await take("start");
      await take("die", { exitCode: 3 });
    }
    expect(told).toEqual([
      "part_restarted exit 3 100",
      "part_restarted exit 3 200",
      "part_restarted exit 3 400",
      "part_restarted exit 3 800",
      "part_keeps_dying exit 3 4",
      "part_restarted exit 3 1600",
    ]);
  });
});

describe("health", () => {
  test("is told when it goes, once, and when it is back", async () => {
    const { take, told } = watchOne();
    await take("health_status: healthy");
    await take("health_status: unhealthy");
    await take("health_status: unhealthy");
    await take("health_status: healthy");
    expect(told).toEqual(["container_unhealthy", "container_healthy"]);
  });

  test("of all is what a start waits for", async () => {
    const { watch, take } = watchOne();
    let ready = false;
    const waiting = watch
      .untilHealthy(["ssh-manager", "ssh-monitor"], new AbortController().signal)
      .then(() => (ready = true));
    await take("health_status: healthy");
    expect(ready).toBe(false);
    watch.markHealthy("ssh-monitor");
    await waiting;
    expect(ready).toBe(true);
  });

  test("of one that died meanwhile does not count", async () => {
    const { watch, take } = watchOne();
    await take("health_status: healthy");
    await take("die", { exitCode: 1 });
    const given = new AbortController();
    const waiting = watch.untilHealthy(["ssh-manager"], given.signal);
    given.abort(new Error("late"));
    await expect(waiting).rejects.toThrow("late");
  });
});

test("events of the engine are read, and other lines passed over", () => {
  const line = JSON.stringify({
    Action: "die",
    Actor: {
      ID: "abc",
      Attributes: { name: "x", exitCode: "137", "com.docker.compose.service": "ssh-monitor" },
    },
  });
  expect(parseEvent(line)).toEqual({
    id: "abc",
    name: "x",
    service: "ssh-monitor",
    action: "die",
    exitCode: 137,
  });
  expect(parseEvent("Error response from daemon")).toBeUndefined();
  expect(parseEvent("{}")).toBeUndefined();
});

test("a part is called by its role, and a death by what is known of it", () => {
  expect(partOf("ssh-manager")).toBe("manager");
  expect(partOf("desktop")).toBe("desktop");
  expect(describeDeath(137, false)).toBe("exit 137, killed");
  expect(describeDeath(undefined, false)).toBe("exit unknown");
});
