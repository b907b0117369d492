import { expect, test } from "vitest";
import type { EngineEvent } from "../../../stacks/watch/engine-event.ts";
import { EventMemory } from "../../../stacks/watch/event-memory.ts";

const nowMs = 1_700_000_000_000;
const event = (project: string, atMs: number): EngineEvent => ({
  ...{ id: "a", name: `${project}-web-1`, project, service: "web", image: "busybox", action: "die" },
  ...{ atMs, exitCode: 1 },
});

test("the last minutes of each project are kept, oldest first", () => {
  const memory = new EventMemory();
  memory.take(event("shop", nowMs - 11 * 60_000));
  memory.take(event("shop", nowMs - 60_000));
  memory.take(event("blog", nowMs - 50_000));
  memory.take(event("shop", nowMs - 1_000));
  expect(memory.list("shop", nowMs).map(({ atMs }) => nowMs - atMs)).toEqual([60_000, 1_000]);
  expect(memory.list("blog", nowMs)).toHaveLength(1);
  expect(memory.list("__proto__", nowMs)).toEqual([]);
});

test("neither a loud project nor many of them fill it", () => {
  const memory = new EventMemory();
  for (let count = 0; count < 1_000; count++) memory.take(event("loud", nowMs + count));
  expect(memory.list("loud", nowMs + 1_000)).toHaveLength(100);
  for (let count = 0; count < 600; count++) memory.take(event(`p${count}`, nowMs));
  expect(memory.list("loud", nowMs + 1_000)).toEqual([]);
  expect(memory.list("p0", nowMs)).toEqual([]);
  expect(memory.list("p599", nowMs)).toHaveLength(1);
});
