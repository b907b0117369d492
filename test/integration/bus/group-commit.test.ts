import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { openWire, type Wire } from "../../../bus/nats/connection.ts";
import { declareAll } from "../../../bus/nats/declare.ts";
import { createGroupCommit, type Append } from "../../../bus/nats/group-commit.ts";
import { createJetStreamApi, type JetStreamApi } from "../../../bus/nats/jetstream-api.ts";
import { createSubjects } from "../../../bus/subjects.ts";
import { startNats, type NatsFixture } from "../../bus/nats-fixture.ts";
import { newFlow } from "../../contract/suites/samples.ts";

const subjects = createSubjects("group");
const body = new TextEncoder().encode("{}");
const append = (expectedSeq = 0, subject = subjects.flow(newFlow())): Append => ({
  subject,
  body,
  expectedSeq,
});

describe("committing appends in groups", { timeout: 30_000 }, () => {
  let nats: NatsFixture;
  let wire: Wire;
  let api: JetStreamApi;
  /** Every message that goes out, by the headers that make a batch of it. */
  let sent: { batch: string; commit: boolean }[] = [];
  beforeAll(async () => {
    nats = await startNats("group");
    const real = await openWire({
      ...nats.options("orchestrator"),
      principal: "orchestrator",
      name: "core",
      log: silentLogger,
      firstTimeoutMs: 5_000,
    });
    const note = (headers: { get(name: string): string } | undefined) =>
      sent.push({
        batch: headers?.get("Nats-Batch-Id") ?? "",
        commit: headers?.get("Nats-Batch-Commit") === "1",
      });
    wire = {
      ...real,
      publish: (subject, data, options) => (note(options?.headers), real.publish(subject, data, options)),
      request: (subject, data, options) => (note(options?.headers), real.request(subject, data, options)),
    };
    api = createJetStreamApi(wire);
    await declareAll(wire, api, subjects, { replicas: 1, ackWaitMs: 30_000 });
  });
  afterAll(async () => {
    await wire[Symbol.asyncDispose]();
    await nats[Symbol.asyncDispose]();
  });
  const submitAll = async (appends: readonly Append[]) => {
    sent = [];
    const commit = createGroupCommit(wire, api);
    const results = await Promise.all(appends.map((entry) => commit.submit(entry)));
    return {
      results,
      batches: new Set(sent.map(({ batch }) => batch).filter(Boolean)),
      commits: sent.filter((entry) => entry.commit).length,
    };
  };

  test("sends two as singles and many as one batch", async () => {
    expect((await submitAll([append(), append()])).batches.size).toBe(0);
    const { results, batches, commits } = await submitAll(Array.from({ length: 50 }, () => append()));
    expect([batches.size, commits]).toEqual([1, 1]);
    const seqs = results.map((result) => (result.ok ? result.ack.seq : 0));
    expect(seqs).toEqual(seqs.map((_, n) => (seqs[0] ?? 0) + n));
    for (const [n, seq] of seqs.entries()) expect(seq, `append ${n}`).toBeGreaterThan(0);
  });

  test("gives each append the place that it really has", async () => {
    const appends = Array.from({ length: 20 }, () => append());
    const { results } = await submitAll(appends);
    for (const [n, result] of results.entries()) {
      const found = await api.call<{ message: { seq: number } }>(`STREAM.MSG.GET.${subjects.streams.flows}`, {
        last_by_subj: appends[n]?.subject,
      });
      expect(found.ok && found.value.message.seq).toBe(result.ok && result.ack.seq);
    }
  });

  test("replays a refused batch, so that only the stale one is refused", async () => {
    const { results } = await submitAll([append(), append(7), append(), append()]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true, true]);
    expect(results[1]).toMatchObject({ refusal: { errCode: 10071 } });
  });

  test("never puts two records of one flow into one batch", async () => {
    const subject = subjects.flow(newFlow());
    const { results } = await submitAll([
      append(0, subject),
      append(),
      append(),
      append(),
      append(0, subject),
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true, false]);
  });

  test("splits what is more than one batch takes", async () => {
    const { results, commits } = await submitAll(Array.from({ length: 450 }, () => append()));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(commits).toBe(3);
  });
});
