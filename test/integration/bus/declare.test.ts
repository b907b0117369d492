import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { openWire, type Wire } from "../../../bus/nats/connection.ts";
import { declareAll, firstDifference } from "../../../bus/nats/declare.ts";
import { createJetStreamApi, type JetStreamApi } from "../../../bus/nats/jetstream-api.ts";
import { declareConsumers, declareStreams } from "../../../bus/nats/streams.ts";
import { createSubjects } from "../../../bus/subjects.ts";
import { startNats, type NatsFixture } from "../../bus/nats-fixture.ts";
import { newFlow, recordOf } from "../../contract/suites/samples.ts";

const subjects = createSubjects("declare");
const usual = { replicas: 1, ackWaitMs: 30_000 };

describe("declaring streams and consumers", { timeout: 30_000 }, () => {
  let nats: NatsFixture;
  let wire: Wire;
  let api: JetStreamApi;
  beforeAll(async () => {
    nats = await startNats("declare");
    wire = await openWire({
      ...nats.options("orchestrator"),
      principal: "orchestrator",
      name: "core",
      log: silentLogger,
      firstTimeoutMs: 5_000,
    });
    api = createJetStreamApi(wire);
  });
  afterAll(async () => {
    await wire[Symbol.asyncDispose]();
    await nats[Symbol.asyncDispose]();
  });
  const flowsConfig = () => {
    const config = declareStreams(subjects, usual).find(({ name }) => name === subjects.streams.flows);
    if (!config) throw new Error("No FLOWS");
    return config;
  };

  test("refuses a stream of another kind under our name, and names the field", async () => {
    const foreign = { name: subjects.streams.dead, subjects: [subjects.allDead], storage: "memory" };
    expect(await api.call(`STREAM.CREATE.${foreign.name}`, foreign)).toMatchObject({ ok: true });
    await expect(declareAll(wire, api, subjects, usual)).rejects.toMatchObject({
      code: "bus_differs",
      params: { name: foreign.name, field: "storage" },
    });
    // the orchestrator may not delete a stream: the server is emptied instead
    await wire[Symbol.asyncDispose]();
    await nats[Symbol.asyncDispose]();
    nats = await startNats("declare");
    wire = await openWire({
      ...nats.options("orchestrator"),
      principal: "orchestrator",
      name: "core",
      log: silentLogger,
      firstTimeoutMs: 5_000,
    });
    api = createJetStreamApi(wire);
  });

  test("makes all of them, from many orchestrators at once", async () => {
    await Promise.all(Array.from({ length: 5 }, () => declareAll(wire, api, subjects, usual)));
    for (const { name, storage } of declareStreams(subjects, usual)) {
      expect(await api.call(`STREAM.INFO.${name}`)).toMatchObject({
        ok: true,
        value: { config: { name, storage } },
      });
    }
    for (const { stream, config } of declareConsumers(subjects, usual)) {
      expect(await api.call(`CONSUMER.INFO.${stream}.${config.durable_name}`)).toMatchObject({ ok: true });
    }
  });

  test("brings what is there up to date, and keeps what it holds", async () => {
    await using core = await nats.core();
    await core.flows.append(recordOf(newFlow()), { expectedSeq: 0 });
    const old = flowsConfig();
    expect(
      await api.call(`STREAM.UPDATE.${old.name}`, { ...old, description: "An older version's words" }),
    ).toMatchObject({ ok: true });
    await declareAll(wire, api, subjects, { ...usual, ackWaitMs: 7_000 });
    expect(await api.call(`STREAM.INFO.${old.name}`)).toMatchObject({
      value: { config: { description: flowsConfig().description }, state: { messages: 1 } },
    });
    expect(await api.call(`CONSUMER.INFO.${subjects.streams.commands}.developer`)).toMatchObject({
      value: { config: { ack_wait: 7_000_000_000 } },
    });
  });

  test("finds the first field that differs", () => {
    expect(
      firstDifference({ a: 1, b: [1, { c: 2 }] }, { a: 1, b: [1, { c: 2 }], more: true }),
    ).toBeUndefined();
    expect(firstDifference({ a: 1, b: [1] }, { a: 1, b: [2] })).toBe("b");
    expect(firstDifference({ persist_mode: "async" }, {})).toBe("persist_mode");
  });
});
