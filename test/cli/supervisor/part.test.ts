import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { setTimeout as sleep } from "node:timers/promises";
import { identifyProcess } from "../../../stacks/processes/process-identity.ts";
import { startPart, type PartOptions } from "../../../cli/supervisor/part.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

const start = { servers: "nats://x", credsDir: "/c", prefix: "p", root: "/r", stateDir: "/s" };

async function partOf(scratch: Scratch, code: string, more: Partial<PartOptions> = {}) {
  const file = await scratch.write("part.mjs", code);
  return startPart({
    name: "p",
    argv: [process.execPath, file],
    cwd: scratch.dir,
    env: {},
    logPath: scratch.path("p.log"),
    ...more,
  });
}
const obedient = `process.on("message", (m) => { console.error("joined " + m.prefix); process.send({ type: "ready" }); });
process.on("SIGTERM", () => process.exit(0));`;

test("a part is told where the bus is, says that it is ready, and stops when asked", async () => {
  await using scratch = await makeScratch();
  const part = await partOf(scratch, obedient);
  part.join(start);
  expect(await part.firstReady).toBeUndefined();
  const { pid = 0 } = part;
  await part.stop();
  expect(identifyProcess(pid)).toBeUndefined();
  expect(await readFile(scratch.path("p.log"), "utf8")).toBe("joined p\n");
});

test("a part that is killed is started again, and told again", async () => {
  await using scratch = await makeScratch();
  const [readies, ends]: [number[], string[]] = [[], []];
  const part = await partOf(scratch, obedient, {
    onReady: () => readies.push(1),
    onRestart: ({ how }, delayMs) => ends.push(`${how} ${delayMs}`),
  });
  part.join(start);
  await part.firstReady;
  const { pid: first = 0 } = part;
  process.kill(first, "SIGKILL");
  await expect.poll(() => readies.length, { timeout: 5_000 }).toBe(2);
  expect(part.pid).not.toBe(first);
  expect(ends).toEqual(["killed by SIGKILL 250"]);
  await part.stop();
});

test("a part that says why it cannot is quoted", async () => {
  await using scratch = await makeScratch();
  const error = { kind: "denied", code: "bus_key_refused", message: "No.", retryable: false, params: {} };
  const part = await partOf(
    scratch,
    `process.send({ type: "failed", error: ${JSON.stringify(error)} }, () => process.exit(5));`,
  );
  expect(await part.firstReady).toMatchObject({ error: { code: "bus_key_refused" } });
  await part.stop();
});

test("a part that does not listen to SIGTERM is killed after the grace time", async () => {
  await using scratch = await makeScratch();
  const part = await partOf(
    scratch,
    `process.on("SIGTERM", () => {}); process.send({ type: "ready" }); setInterval(() => {}, 1000);`,
  );
  await part.firstReady;
  const { pid = 0 } = part;
  await part.stop(200);
  expect(identifyProcess(pid)).toBeUndefined();
});

test("a program that does not exist is tried again, without an end to everything", async () => {
  await using scratch = await makeScratch();
  const ends: string[] = [];
  const part = startPart({
    name: "p",
    argv: ["/no/such/program"],
    cwd: scratch.dir,
    env: {},
    logPath: scratch.path("p.log"),
    onRestart: ({ how }) => ends.push(how),
  });
  await expect.poll(() => ends.length, { timeout: 5_000 }).toBeGreaterThan(0);
  await part.stop();
  const before = ends.length;
  await sleep(400);
  expect(ends.length).toBe(before);
});

test("a real part that was not told yet where the bus is ends at once when asked", async () => {
  await using scratch = await makeScratch();
  const part = startPart({
    name: "manager",
    argv: [process.execPath, join(import.meta.dirname, "../../../cli/main.ts"), "agent", "manager"],
    cwd: scratch.dir,
    env: { DOCKFRA_SUPERVISED: "1", PATH: process.env["PATH"] ?? "" },
    logPath: scratch.path("p.log"),
  });
  // long enough to have loaded, so that it listens to signals
  await sleep(1_500);
  const startMs = Date.now();
  await part.stop();
  expect(Date.now() - startMs).toBeLessThan(2_500);
});
