import { mkdir, mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { waitUnless } from "../../../agents/monitor/abandon.ts";
import { toDeployOutcome, toRestoreOutcome } from "../../../agents/monitor/outcomes.ts";
import { pruneReleases } from "../../../agents/monitor/pruning.ts";
import { createLineBatch } from "../../../agents/developer/line-batch.ts";
import { createPatientClient, type AgentClient } from "../../../agents/runtime/patient-client.ts";
import { createSerial } from "../../../agents/runtime/serial.ts";
import { denied, unavailable } from "../../../bus/kernel/errors.ts";

const never = new AbortController().signal;

function clientOf(ask: () => Promise<unknown>): AgentClient {
  return { principal: "developer", ask, question: ask } as unknown as AgentClient;
}

test("tasks of one key run one after the other, a failing one does not stop the next", async () => {
  const serial = createSerial();
  const story: string[] = [];
  const task = (name: string, ms: number) => async () => {
    story.push(`${name}+`);
    await sleep(ms);
    story.push(`${name}-`);
    if (name === "a1") throw new Error(name);
  };
  const ended = await Promise.allSettled([
    serial("a", task("a1", 30)),
    serial("a", task("a2", 1)),
    serial("b", task("b1", 1)),
  ]);
  expect(ended.map((end) => end.status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect(story.indexOf("a2+")).toBeGreaterThan(story.indexOf("a1-"));
  expect(story.indexOf("b1-")).toBeLessThan(story.indexOf("a1-"));
});

test("a part that is away is asked again, a refusal is not", async () => {
  let asked = 0;
  const back = createPatientClient(
    clientOf(async () => {
      if (asked++ < 2) throw unavailable("orchestrator_down", "Down.");
      return { valid: true };
    }),
    { signal: never },
  );
  expect(
    await back.ask("command.check", {
      flow: { kind: "ticket", id: "T-0001" },
      commandId: "c",
      instance: "i",
    }),
  ).toEqual({ valid: true });
  const refusing = createPatientClient(
    clientOf(async () => {
      asked++;
      throw denied("not_allowed", "No.");
    }),
    { signal: never },
  );
  asked = 0;
  await expect(refusing.question("host.project", {})).rejects.toMatchObject({ code: "not_allowed" });
  expect(asked).toBe(1);
});

test("patience has an end, and a stop ends it at once", async () => {
  const away = clientOf(async () => {
    throw unavailable("host_down", "Down.");
  });
  await expect(
    createPatientClient(away, { signal: never, patienceMs: 150 }).question("host.project", {}),
  ).rejects.toMatchObject({ code: "host_down" });
  await expect(
    createPatientClient(away, { signal: AbortSignal.timeout(50) }).question("host.project", {}),
  ).rejects.toThrow(/abort|timeout/i);
});

test("waiting ends with the signal, the work goes on", async () => {
  const stop = new AbortController();
  const work = Promise.withResolvers<string>();
  const waiting = waitUnless(stop.signal, work.promise);
  stop.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  work.resolve("done");
  expect(await waitUnless(never, work.promise)).toBe("done");
});

test("lines are handed on together, a flood loses its beginning", () => {
  const flushed: string[] = [];
  {
    using batch = createLineBatch((text) => flushed.push(text));
    for (let line = 0; line < 10_000; line++) batch.add(`line ${line}`);
  }
  expect(flushed).toHaveLength(1);
  expect(flushed[0]?.length).toBeLessThanOrEqual(8_000);
  expect(flushed[0]).toMatch(/line 9999\n$/);
});

const failure = {
  outcome: "restored",
  url: "http://127.0.0.1:1",
  reason: { kind: "conflict", code: "unhealthy", message: "No.", retryable: false, params: {} },
  evidence: [],
  logTail: Array.from({ length: 300 }, () => "x".repeat(5_000)),
} as const;

test("an outcome is cut to what a message carries", () => {
  const outcome = toDeployOutcome({ ...failure, logTail: [...failure.logTail], evidence: [] });
  expect(outcome).toMatchObject({ outcome: "restored", error: { code: "unhealthy" } });
  if (outcome.outcome === "deployed") return;
  expect(outcome.logTail).toHaveLength(100);
  expect(outcome.logTail[0]).toHaveLength(2_000);
});

test("a restore that put something else back restored nothing", () => {
  expect(toRestoreOutcome({ ...failure, logTail: [], evidence: [] }).outcome).toBe("not_restored");
  expect(toRestoreOutcome({ outcome: "deployed", url: "http://x", releaseId: "r", tookMs: 5 })).toEqual({
    outcome: "deployed",
    url: "http://x",
    tookMs: 5,
  });
});

test("five trees are kept, those in use among them", async () => {
  const stateDir = await mkdtemp(join(tmpdir(), "dockfra-releases-"));
  const dir = join(stateDir, "releases/shop");
  const names = Array.from({ length: 9 }, (_, n) => String(n).repeat(12));
  for (const [index, name] of names.entries()) {
    await mkdir(join(dir, name), { recursive: true });
    await utimes(join(dir, name), 1_000 + index, 1_000 + index);
  }
  await mkdir(join(dir, ".draft"));
  const removed = await pruneReleases(stateDir, "shop", ["0".repeat(40), "1".repeat(40)]);
  expect(removed.toSorted()).toEqual(["2", "3", "4", "5"].map((digit) => digit.repeat(12)));
  expect((await readdir(dir)).toSorted()).toEqual([
    ".draft",
    ...["0", "1", "6", "7", "8"].map((digit) => digit.repeat(12)),
  ]);
  await rm(stateDir, { recursive: true });
});
