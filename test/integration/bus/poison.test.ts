import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { toEnvelope } from "../../../bus/messages/envelope.ts";
import { openWire, type Wire } from "../../../bus/nats/connection.ts";
import { consume } from "../../../bus/nats/consume.ts";
import { createJetStreamApi } from "../../../bus/nats/jetstream-api.ts";
import type { CoreBus } from "../../../bus/ports/bus.ts";
import { createSubjects } from "../../../bus/subjects.ts";
import { startNats, type NatsFixture } from "../../bus/nats-fixture.ts";
import { createInbox } from "../../contract/suites/inbox.ts";
import { mergeCommand, mergeResult, newFlow } from "../../contract/suites/samples.ts";

const subjects = createSubjects("poison");

describe("what cannot be handled", { timeout: 30_000 }, () => {
  let nats: NatsFixture;
  let core: CoreBus;
  let developer: Wire;
  beforeAll(async () => {
    nats = await startNats("poison");
    core = await nats.core();
    developer = await openWire({
      ...nats.options("developer"),
      principal: "developer",
      name: "dev",
      log: silentLogger,
      firstTimeoutMs: 5_000,
    });
  });
  afterAll(async () => {
    await developer[Symbol.asyncDispose]();
    await core[Symbol.asyncDispose]();
    await nats[Symbol.asyncDispose]();
  });
  const testSignal = (): AbortSignal => {
    const end = new AbortController();
    onTestFinished(() => end.abort());
    return end.signal;
  };

  test("is buried with why, and what comes after it is handled", async () => {
    const api = createJetStreamApi(developer);
    const subject = subjects.result("developer.merge");
    const good = mergeResult(mergeCommand());
    const bodies = [
      new Uint8Array([0xff, 0xfe, 0x00]),
      "not json",
      "{}",
      JSON.stringify(toEnvelope("manager.review", { ...good, type: "manager.review" })),
      new Uint8Array(1_000_000).fill(0x61),
    ];
    for (const body of bodies) expect(await api.store(subject, body)).toMatchObject({ ok: true });
    expect(await api.store(subject, JSON.stringify(toEnvelope("developer.merge", good)))).toMatchObject({
      ok: true,
    });
    const handled = createInbox<string>();
    void core.takeResults({ signal: testSignal(), maxInHand: 2 }, async ({ message, ack }) => {
      ack();
      handled.add(message.commandId);
    });
    expect(await handled.atLeast(1)).toEqual([good.commandId]);
    await expect.poll(() => core.dead.count(), { timeout: 10_000 }).toBe(bodies.length);
    const letters = await core.dead.list(100);
    expect(letters.map(({ stream, subject: from, error }) => [stream, from, error.code])).toEqual([
      [subjects.streams.done("developer"), subject, "message_invalid"],
      [subjects.streams.done("developer"), subject, "message_invalid"],
      [subjects.streams.done("developer"), subject, "message_invalid"],
      [subjects.streams.done("developer"), subject, "not_allowed"],
      [subjects.streams.done("developer"), subject, "message_invalid"],
    ]);
    for (const { seq } of letters) await core.dead.drop(seq);
  });

  test("is buried when its handler fails too often", async () => {
    await using wire = await openWire({
      ...nats.options("orchestrator"),
      principal: "orchestrator",
      name: "core",
      log: silentLogger,
      firstTimeoutMs: 5_000,
    });
    const flow = newFlow();
    await core.timers.set({ flow, name: "step", version: 1 }, Date.now());
    let tries = 0;
    const end = testSignal();
    const source = {
      wire,
      apiPrefix: "$JS.API",
      queues: [{ stream: subjects.streams.timers, consumer: "orchestrator" }],
      read: () => ({ message: flow, envelope: toEnvelope("timer.fired", flow) }),
      bury: core.dead.bury,
      retries: { mostTries: 3, firstPauseMs: 5 },
    };
    void consume(source, { signal: end, maxInHand: 1 }, () => {
      tries++;
      return Promise.reject(new Error("It always breaks."));
    });
    await expect.poll(() => core.dead.count(), { timeout: 10_000 }).toBe(1);
    const [letter] = await core.dead.list(10);
    expect(letter).toMatchObject({
      subject: subjects.fired(flow),
      error: { code: "message_exhausted", params: { tries: 3, why: "It always breaks." } },
    });
    expect(tries).toBe(3);
  });

  test("is refused at once when it is longer than the bus takes", async () => {
    const big = {
      ...mergeCommand(),
      input: {
        ticket: "T-1",
        candidate: { repo: "shop", baseBranch: "m", baseCommit: "a".repeat(40), commit: "b".repeat(40) },
      },
    };
    await expect(
      core.dispatch(
        { ...big, id: "x".repeat(1_100_000) },
        { attempt: 0, causedBy: { id: "a", correlationId: "a" } },
      ),
    ).rejects.toMatchObject({
      kind: "invalid_input",
    });
    expect(() => developer.publish(subjects.feed("developer", "log"), "x".repeat(1_048_000))).toThrow(
      "more than",
    );
  });
});
