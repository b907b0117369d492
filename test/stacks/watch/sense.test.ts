import { expect, test } from "vitest";
import type { ErrorParams } from "../../../bus/kernel/errors.ts";
import type { EngineEvent } from "../../../stacks/watch/engine-event.ts";
import { createSense } from "../../../stacks/watch/sense.ts";

function setUp() {
  let nowMs = 1_000_000;
  const told: { code: string; params: ErrorParams }[] = [];
  const sense = createSense({
    tell: (code, params) => told.push({ code, params }),
    stackOf: (project) => (project === "shop_app" ? "shop" : project),
    nowMs: () => nowMs,
  });
  const event = (action: string, more: Partial<EngineEvent> = {}): void =>
    sense.take({
      ...{ id: "1", name: "shop-web-1", project: "shop_app", service: "web", image: "web" },
      ...{ action, atMs: nowMs, ...more },
    });
  const codes = (): string[] => told.splice(0).map(({ code }) => code);
  return { sense, event, told, codes, pass: (ms: number) => void (nowMs += ms) };
}

test("tells a start, a death with how, and the start after it, under the stack's name", () => {
  const { event, told, pass } = setUp();
  event("start");
  pass(1_000);
  event("die", { exitCode: 3 });
  event("start");
  const about = { stack: "shop", service: "web", container: "shop-web-1" };
  expect(told).toEqual([
    { code: "container_started", params: about },
    { code: "container_died", params: { ...about, exitCode: 3, oom: false, how: "exit 3" } },
    { code: "container_restarted", params: { ...about, count: 1 } },
  ]);
});

test("knows a death for lack of memory by the event before it", () => {
  const { event, told, pass } = setUp();
  event("oom");
  pass(20);
  event("die", { exitCode: 137 });
  expect(told[0]?.params).toMatchObject({ exitCode: 137, oom: true, how: "exit 137, out of memory" });
  pass(60_000);
  event("die", { exitCode: 137 });
  expect(told[1]?.params).toMatchObject({ oom: false, how: "exit 137, killed" });
});

test("what was stopped by hand did not die, and a hang-up is no stop", () => {
  const { event, codes } = setUp();
  event("start");
  event("kill", { signal: 15 });
  event("die", { exitCode: 143 });
  expect(codes()).toEqual(["container_started", "container_ended"]);
  event("start");
  event("kill", { signal: 1 });
  event("die", { exitCode: 1 });
  expect(codes()).toEqual(["container_started", "container_died"]);
});

test("one that ends well has finished", () => {
  const { event, codes } = setUp();
  event("die", { exitCode: 0 });
  expect(codes()).toEqual(["container_finished"]);
});

test("a crash loop is told once, summed up each minute, and ends when it runs steadily", () => {
  const { sense, event, told, codes, pass } = setUp();
  for (let count = 0; count < 60; count++) {
    event("start");
    pass(500);
    event("die", { exitCode: 1 });
    pass(500);
    sense.tick();
  }
  expect(codes()).toEqual([
    ...["container_started", "container_died", "container_restarted", "container_died"],
    ...["container_restarted", "container_keeps_dying"],
  ]);
  pass(5_000);
  sense.tick();
  expect(told.splice(0)).toMatchObject([
    { code: "container_keeps_dying", params: { count: 60, exitCode: 1 } },
  ]);
  event("start");
  pass(31_000);
  sense.tick();
  expect(codes()).toEqual(["container_settled"]);
  event("die", { exitCode: 1 });
  expect(codes()).toEqual(["container_died"]);
});

test("a container that is made anew under its name keeps dying too", () => {
  const { event, codes } = setUp();
  for (const id of ["a", "b", "c"]) {
    event("start", { id });
    event("die", { id, exitCode: 2 });
    event("destroy", { id });
  }
  expect(codes().at(-1)).toBe("container_keeps_dying");
});

test("health is told when it changes", () => {
  const { event, told } = setUp();
  event("start");
  for (const health of ["healthy", "healthy", "unhealthy", "unhealthy", "healthy"])
    event(`health_status: ${health}`);
  expect(told.slice(1).map(({ params }) => params["health"])).toEqual(["healthy", "unhealthy", "healthy"]);
});

test("a thousand containers at once are no storm, and what is left out is counted", () => {
  const { sense, event, told, pass } = setUp();
  for (let count = 0; count < 1_000; count++) event("start", { id: `${count}`, name: `many-${count}` });
  expect(told).toHaveLength(200);
  pass(1_000);
  sense.tick();
  expect(told.at(-1)).toEqual({ code: "container_events_left_out", params: { count: 800 } });
  sense.tick();
  expect(told).toHaveLength(201);
});

test("pausing and going on are told", () => {
  const { event, codes } = setUp();
  event("pause");
  event("unpause");
  event("exec_start");
  expect(codes()).toEqual(["container_paused", "container_resumed"]);
});
