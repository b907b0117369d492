import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { conflict, denied, invalidInput, unavailable } from "../../../bus/kernel/errors.ts";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { createMemoryBus } from "../../../bus/memory/bus.ts";
import type { Heartbeat, ResultMessage } from "../../../bus/messages/commands.ts";
import type { FeedEntry } from "../../../bus/messages/feed.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import type { Answer } from "../../../bus/messages/intents.ts";
import { runAgent } from "../../../agents/runtime/agent.ts";
import type { Handlers } from "../../../agents/runtime/handlers.ts";
import { briefOf } from "../../integration/agents/crew.ts";

const flow = { kind: "ticket", id: "T-0001" } as const;
const decideInput = { ticket: briefOf(""), question: "assign", reworks: 0 } as const;
const goes = { decision: "go", reason: "Because." } as const;
const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

interface SceneOptions {
  readonly worker?: "autopilot" | "developer";
  readonly handlers: Handlers;
  readonly answer?: (verb: string) => Answer;
  readonly wrap?: (bus: WorkerBus) => WorkerBus;
}

/** An agent at an in-process bus; the test is the orchestrator. */
function begin({ worker = "autopilot", handlers, answer, wrap = (bus) => bus }: SceneOptions) {
  const bus = createMemoryBus({ ackWaitMs: 400 });
  const core = bus.core();
  const stop = new AbortController();
  const { signal } = stop;
  const results: ResultMessage[] = [];
  const beats: Heartbeat[] = [];
  const asked: string[] = [];
  const running = [
    core.takeResults({ signal, maxInHand: 10 }, async ({ message, ack }) => {
      results.push(message);
      ack();
    }),
    core.watchHeartbeats((beat) => beats.push(beat), signal),
    core.serveIntents(async ({ verb }) => {
      asked.push(verb);
      return answer?.(verb) ?? { ok: true, data: verb === "command.claim" ? { lease: 1 } : { valid: true } };
    }, signal),
  ];
  const agentStop = new AbortController();
  const agent = runAgent({
    worker,
    instance: "a-1",
    bus: wrap(bus.worker(worker, "a-1")),
    handlers,
    log: silentLogger,
    signal: agentStop.signal,
  });
  const end = async (): Promise<void> => {
    agentStop.abort();
    await agent;
  };
  stops.push(async () => {
    await end();
    stop.abort();
    await Promise.all(running);
    await bus[Symbol.asyncDispose]();
  });
  let attempt = 0;
  const dispatch = (
    id: string,
    type: "autopilot.decide" | "developer.implement" = "autopilot.decide",
    input: unknown = decideInput,
  ) =>
    core.dispatch(
      { id, type, worker, flow, input },
      { attempt: attempt++, causedBy: { id: "t", correlationId: "t" } },
    );
  return { bus, dispatch, results, beats, asked, end };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let left = 400; !isSo(); left--) {
    if (left === 0) throw new Error("It never became so.");
    await sleep(10);
  }
}

test("a command is done and reported with its instance", async () => {
  const scene = begin({ handlers: { "autopilot.decide": async () => goes } });
  await scene.dispatch("ticket.T-0001.1.0");
  await until(() => scene.results.length === 1);
  expect(scene.results[0]).toMatchObject({
    commandId: "ticket.T-0001.1.0",
    type: "autopilot.decide",
    flow,
    instance: "a-1",
    outcome: { ok: true, output: goes },
  });
  expect(scene.asked).toEqual([]);
});

test("a second copy of a command in work is ignored, one that comes after it is answered from memory", async () => {
  const gate = Promise.withResolvers<typeof goes>();
  let runs = 0;
  const scene = begin({
    handlers: {
      "autopilot.decide": () => {
        runs++;
        return gate.promise;
      },
    },
  });
  await scene.dispatch("c.1");
  await until(() => runs === 1);
  await scene.dispatch("c.1");
  await sleep(100);
  gate.resolve(goes);
  await until(() => scene.results.length === 1);
  await sleep(100);
  expect(scene.results).toHaveLength(1);
  await scene.dispatch("c.1");
  await until(() => scene.results.length === 2);
  expect(runs).toBe(1);
});

test("a command that failed is tried again when it is sent again", async () => {
  let runs = 0;
  const scene = begin({
    handlers: {
      "autopilot.decide": async () => {
        if (runs++ === 0) throw unavailable("away", "Nobody is there.");
        return goes;
      },
    },
  });
  await scene.dispatch("c.1");
  await until(() => scene.results.length === 1);
  await scene.dispatch("c.1");
  await until(() => scene.results.length === 2);
  expect(scene.results.map(({ outcome }) => outcome.ok)).toEqual([false, true]);
});

test.each([
  [
    "a refusal keeps its code",
    invalidInput("no_engine", "Add one."),
    { kind: "invalid_input", code: "no_engine", message: "Add one." },
  ],
  [
    "a surprise is internal, with its text",
    new TypeError("x is undefined"),
    { code: "internal", message: "x is undefined" },
  ],
  [
    "a long message is cut",
    invalidInput("long", "x".repeat(20_000), { params: { why: "y".repeat(20_000) } }),
    { code: "long" },
  ],
] as const)("%s", async (_name, error, expected) => {
  const scene = begin({
    handlers: {
      "autopilot.decide": async () => {
        throw error;
      },
    },
  });
  await scene.dispatch("c.1");
  await until(() => scene.results.length === 1);
  expect(scene.results[0]?.outcome).toMatchObject({ ok: false, error: expected });
});

test("an output that is not the command's is an error, not a message", async () => {
  const scene = begin({ handlers: { "autopilot.decide": async () => ({ decision: "maybe" }) as never } });
  await scene.dispatch("c.1");
  await until(() => scene.results.length === 1);
  expect(scene.results[0]?.outcome).toMatchObject({
    ok: false,
    error: { code: "command_output_invalid", params: { type: "autopilot.decide" } },
  });
});

test("a command that nobody here does is refused", async () => {
  const scene = begin({ handlers: {} });
  await scene.dispatch("c.1");
  await until(() => scene.results.length === 1);
  expect(scene.results[0]?.outcome).toMatchObject({ ok: false, error: { code: "command_not_done_here" } });
});

const implementInput = { ticket: briefOf(""), reasons: [], attempt: 1 };
const refuse = (error: Error & { toJSON?: () => unknown }): Answer =>
  ({ ok: false, error: error.toJSON?.() }) as Answer;

test("what needs a claim is claimed first, and dropped where the claim is refused", async () => {
  let runs = 0;
  const handlers: Handlers = {
    "developer.implement": async () => {
      runs++;
      throw invalidInput("enough", "Enough.");
    },
  };
  const mine = begin({ worker: "developer", handlers });
  await mine.dispatch("c.1", "developer.implement", implementInput);
  await until(() => mine.results.length === 1);
  expect(mine.asked).toEqual(["command.claim"]);

  const taken = begin({
    worker: "developer",
    handlers,
    answer: () => refuse(conflict("claim_taken", "Taken.")),
  });
  await taken.dispatch("c.1", "developer.implement", implementInput);
  await until(() => taken.asked.length === 1);
  await sleep(700);
  expect(taken.asked).toHaveLength(1);
  expect(taken.results).toEqual([]);
  expect(runs).toBe(1);
});

test("a claim that nobody answers is asked again later", async () => {
  let asked = 0;
  const scene = begin({
    worker: "developer",
    handlers: {
      "developer.implement": async () => {
        throw invalidInput("enough", "Enough.");
      },
    },
    answer: () =>
      asked++ === 0 ? refuse(unavailable("orchestrator_down", "Down.")) : { ok: true, data: { lease: 1 } },
  });
  await scene.dispatch("c.1", "developer.implement", implementInput);
  await until(() => scene.results.length === 1);
  expect(asked).toBe(2);
});

test("work whose lease was lost is dropped without a word", async () => {
  const scene = begin({
    handlers: {
      "autopilot.decide": async (_input, { assertLease }) => {
        await assertLease();
        return goes;
      },
    },
    answer: () => ({ ok: true, data: { valid: false } }),
  });
  await scene.dispatch("c.1");
  await until(() => scene.asked.length === 1);
  await sleep(700);
  expect(scene.asked).toEqual(["command.check"]);
  expect(scene.results).toEqual([]);
});

test("a check of the lease that nobody answers is asked again", async () => {
  let asked = 0;
  const scene = begin({
    handlers: {
      "autopilot.decide": async (_input, { assertLease }) => {
        await assertLease();
        return goes;
      },
    },
    answer: () =>
      asked++ < 2 ? refuse(unavailable("orchestrator_down", "Down.")) : { ok: true, data: { valid: true } },
  });
  await scene.dispatch("c.1");
  await until(() => scene.results.length === 1);
  expect(scene.results[0]?.outcome.ok).toBe(true);
});

test("a report that the bus does not take is repeated until it does, and the command is not done twice", async () => {
  let runs = 0;
  let reports = 0;
  const scene = begin({
    handlers: {
      "autopilot.decide": async () => {
        runs++;
        return goes;
      },
    },
    wrap: (bus) => ({
      ...bus,
      report: async (result, causedBy) => {
        if (reports++ < 3) throw unavailable("stream_down", "Down.");
        await bus.report(result, causedBy);
      },
    }),
  });
  await scene.dispatch("c.1");
  await until(() => scene.results.length === 1);
  expect([runs, reports]).toEqual([1, 4]);
});

test("what is in hand when the agent stops is handed back", async () => {
  const scene = begin({
    handlers: {
      "autopilot.decide": async (_input, { signal }) => {
        await sleep(60_000, undefined, { signal });
        return goes;
      },
    },
  });
  await scene.dispatch("c.1");
  await until(() => scene.beats.at(-1)?.running.length === 1);
  await scene.end();
  expect(scene.results).toEqual([]);
  const next = Promise.withResolvers<string>();
  const stop = new AbortController();
  const taking = scene.bus
    .worker("autopilot", "a-2")
    .takeCommands({ signal: stop.signal, maxInHand: 1 }, async ({ message, ack }) => {
      ack();
      next.resolve(message.id);
    });
  expect(await next.promise).toBe("c.1");
  stop.abort();
  await taking;
});

test("heartbeats name what is in work, at its start and at its end", async () => {
  const scene = begin({
    handlers: {
      "autopilot.decide": async () => {
        await sleep(50);
        return goes;
      },
    },
  });
  await scene.dispatch("c.1");
  await until(() => scene.results.length === 1);
  await until(() => scene.beats.at(-1)?.running.length === 0 && scene.beats.length >= 3);
  expect(scene.beats.map((beat) => beat.running)).toContainEqual(["c.1"]);
  expect(scene.beats[0]).toMatchObject({ part: "autopilot", instance: "a-1", pid: process.pid });
});

test("a host that shows another key is told to everyone who watches, as health", async () => {
  const params = { device: "pi", host: "127.0.0.1", port: 2224, fingerprint: "SHA256:x" };
  const told: FeedEntry[] = [];
  const scene = begin({
    wrap: (bus) => ({ ...bus, tell: (entry) => void told.push(entry) }),
    handlers: {
      "autopilot.decide": async () => {
        throw denied("host_key_changed", "It shows another key.", { params });
      },
    },
  });
  await scene.dispatch("c-key");
  await expect.poll(() => scene.results).toHaveLength(1);
  expect(scene.results[0]).toMatchObject({ outcome: { ok: false, error: { code: "host_key_changed" } } });
  expect(told).toContainEqual(
    expect.objectContaining({
      source: "autopilot",
      kind: "health",
      code: "host_key_changed",
      params,
      flow: "ticket/T-0001",
    }),
  );
});

test("stops work that nobody waits for any more, and reports nothing", async () => {
  let wanted = true;
  const began = Promise.withResolvers<AbortSignal>();
  const { dispatch, results, asked } = begin({
    worker: "developer",
    answer: (verb) => ({ ok: true, data: verb === "command.claim" ? { lease: 1 } : { valid: wanted } }),
    handlers: {
      "developer.implement": async (_, { signal }) => {
        began.resolve(signal);
        await sleep(60_000, undefined, { signal });
        throw new Error("It was to be stopped.");
      },
    },
  });
  await dispatch("ticket.T-0001.3.0", "developer.implement", implementInput);
  const signal = await began.promise;
  wanted = false;
  await expect.poll(() => signal.aborted, { timeout: 10_000 }).toBe(true);
  expect(asked).toContain("command.check");
  await sleep(100);
  expect(results).toEqual([]);
});
