import { expect, test } from "vitest";
import { createFlowCache } from "../../orchestrator/flows/cache.ts";
import { createSerial } from "../../orchestrator/flows/serial.ts";
import { begin, recordOf, toyRegistry } from "./support/toy-flow.ts";
import { step } from "../../orchestrator/flows/step.ts";

const stored = (seq: number) => ({ seq, record: recordOf(step(toyRegistry, undefined, begin("new"), seq)) });

test("tasks of one key run in order, those of others side by side", async () => {
  const serial = createSerial();
  const said: string[] = [];
  const task = (name: string, ms: number) => async () => {
    said.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, ms));
    said.push(`${name} ends`);
  };
  await Promise.all([
    serial.run("a", task("a1", 30)),
    serial.run("a", task("a2", 1)),
    serial.run("b", task("b1", 1)),
  ]);
  expect(said).toEqual(["a1 begins", "b1 begins", "b1 ends", "a1 ends", "a2 begins", "a2 ends"]);
});

test("a task that fails fails its caller only", async () => {
  const serial = createSerial();
  const failing = serial.run("a", () => Promise.reject(new Error("no")));
  const next = serial.run("a", async () => "yes");
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("yes");
});

test("the cache forgets the longest unused first", () => {
  const cache = createFlowCache(2);
  cache.set("a", stored(1));
  cache.set("b", stored(2));
  expect(cache.get("a")?.seq).toBe(1);
  cache.set("c", stored(3));
  expect([cache.get("a")?.seq, cache.get("b"), cache.get("c")?.seq]).toEqual([1, undefined, 3]);
  cache.drop("a");
  expect(cache.get("a")).toBeUndefined();
  cache.clear();
  expect(cache.get("c")).toBeUndefined();
});
