import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { newId } from "../../../bus/kernel/ids.ts";
import type { CoreBus, WorkerBus } from "../../../bus/ports/bus.ts";
import { startNats, type NatsFixture } from "../../bus/nats-fixture.ts";
import { createInbox } from "../../contract/suites/inbox.ts";
import {
  cause,
  feedEntry,
  mergeCommand,
  mergeResult,
  newFlow,
  recordOf,
} from "../../contract/suites/samples.ts";

describe("a bus whose server is killed and started again", { timeout: 60_000 }, () => {
  let nats: NatsFixture;
  let core: CoreBus;
  let developer: WorkerBus;
  beforeAll(async () => {
    nats = await startNats("restart");
    core = await nats.core(2_000);
    developer = await nats.worker("developer");
  });
  afterAll(async () => {
    await developer[Symbol.asyncDispose]();
    await core[Symbol.asyncDispose]();
    await nats[Symbol.asyncDispose]();
  });

  /** Ends with the test. */
  function testSignal(): AbortSignal {
    const end = new AbortController();
    onTestFinished(() => end.abort());
    return end.signal;
  }
  const bounce = async (): Promise<void> => {
    const back = Promise.withResolvers<void>();
    let ready = 0;
    core.onReady(() => (ready > 0 ? back.resolve() : undefined));
    await Promise.resolve();
    ready = 1;
    await nats.kill();
    await nats.restart();
    await back.promise;
  };

  test("keeps every acknowledged record", async () => {
    const refs = Array.from({ length: 50 }, newFlow);
    const results = await Promise.all(
      refs.map((ref) => core.flows.append(recordOf(ref), { expectedSeq: 0 })),
    );
    await bounce();
    for (const [n, ref] of refs.entries()) {
      const result = results[n];
      expect(await core.flows.last(ref)).toMatchObject({
        seq: result?.ok ? result.seq : -1,
        record: { id: ref.id, version: 1 },
      });
    }
  });

  test("finishes an append that was asked for while the server was dead", async () => {
    await nats.kill();
    const ref = newFlow();
    const appending = core.flows.append(recordOf(ref), { expectedSeq: 0, dedupeId: newId() });
    await nats.restart();
    expect(await appending).toMatchObject({ ok: true });
    expect((await core.flows.last(ref))?.record.version).toBe(1);
  });

  test("makes the work queues again and goes on in both directions", async () => {
    const signal = testSignal();
    const [taken, results] = [createInbox<string>(), createInbox<string>()];
    const working = [
      developer.takeCommands({ signal, maxInHand: 4 }, async ({ message, envelope, ack }) => {
        taken.add(message.id);
        await developer.report(mergeResult(message), envelope);
        ack();
      }),
      core.takeResults({ signal, maxInHand: 4 }, async ({ message, ack }) => {
        ack();
        results.add(message.commandId);
      }),
    ];
    void Promise.all(working);
    const before = mergeCommand();
    await core.dispatch(before, { attempt: 0, causedBy: cause });
    await results.first((id) => id === before.id);
    for (let round = 0; round < 3; round++) {
      await bounce();
      const after = mergeCommand();
      await core.dispatch(after, { attempt: 0, causedBy: cause });
      await results.first((id) => id === after.id);
    }
    expect(taken.items.length).toBeGreaterThanOrEqual(4);
  });

  test("follows without gap or double", async () => {
    const signal = testSignal();
    const { lastSeq } = await core.flows.extent();
    const seen = createInbox<number>();
    const follow = async (): Promise<void> => {
      for await (const { seq } of core.flows.follow(lastSeq + 1, signal)) seen.add(seq);
    };
    void follow();
    const seqs: number[] = [];
    for (let round = 0; round < 3; round++) {
      const results = await Promise.all(
        Array.from({ length: 20 }, () => core.flows.append(recordOf(newFlow()), { expectedSeq: 0 })),
      );
      seqs.push(...results.flatMap((result) => (result.ok ? [result.seq] : [])));
      await bounce();
    }
    await seen.atLeast(60);
    expect(seen.items).toEqual(seqs.toSorted((a, b) => a - b));
    expect(seen.items).toHaveLength(60);
  });

  test("fires a timer that fell due while the server was dead", async () => {
    const signal = testSignal();
    const fired = createInbox<string>();
    void core.timers.takeFired({ signal, maxInHand: 4 }, async ({ message, ack }) => {
      ack();
      fired.add(message.flow.id);
    });
    const flow = newFlow();
    await core.timers.set({ flow, name: "step", version: 1 }, Date.now() + 400);
    await nats.kill();
    await new Promise((resolve) => setTimeout(resolve, 600));
    await nats.restart();
    await fired.first((id) => id === flow.id);
    expect(fired.items.filter((id) => id === flow.id)).toHaveLength(1);
  });

  test("answers a request that waited for the server, and tells the lines of the feed that waited", async () => {
    const signal = testSignal();
    const operator = await nats.client("operator");
    onTestFinished(() => operator[Symbol.asyncDispose]());
    void core.serveIntents(async () => ({ ok: true, data: { id: "T-0001", version: 3 } }), signal);
    const lines = createInbox<string>();
    void operator.watchFeed(({ text }) => lines.add(text ?? ""), signal);
    await expect
      .poll(() => operator.ask("ticket.pause", { id: "T-0001" }).catch(() => undefined))
      .toBeDefined();
    await nats.kill();
    for (const asker of [operator, developer]) {
      const code = () =>
        asker
          .ask("ticket.show", { id: "T-0001" }, { timeoutMs: 50 })
          .then(String, (error: { code: string }) => error.code);
      await expect.poll(code).toBe("bus_down");
    }
    developer.tell(feedEntry("developer", "while dead"));
    const asked = operator
      .ask("ticket.pause", { id: "T-0001" })
      .catch((error: { code: string }) => error.code);
    await nats.restart();
    // the orchestrator may be back a moment later than the asker
    expect([{ id: "T-0001", version: 3 }, "orchestrator_down"]).toContainEqual(await asked);
    const kept = async () =>
      (await core.readFeed({ sinceSeq: 0, limit: 1_000 })).items.map(({ text }) => text);
    await expect.poll(kept, { timeout: 10_000 }).toContain("while dead");
  });

  test(
    "keeps a flow's versions whole under kills in the middle of appends",
    { timeout: 90_000 },
    async () => {
      const flows = Array.from({ length: 6 }, newFlow);
      let going = true;
      const appended = await Promise.all([
        ...flows.map(async (ref) => {
          let [seq, version] = [0, 0];
          while (going) {
            const result = await core.flows.append(recordOf(ref, version + 1), {
              expectedSeq: seq,
              dedupeId: `${ref.id}.${version + 1}`,
            });
            if (!result.ok) throw new Error(`${ref.id} ${version + 1} was ${result.reason}`);
            [seq, version] = [result.seq, version + 1];
          }
          return version;
        }),
        (async () => {
          for (let kill = 0; kill < 5; kill++) {
            await new Promise((resolve) => setTimeout(resolve, 300));
            await nats.kill();
            await nats.restart();
          }
          await new Promise((resolve) => setTimeout(resolve, 300));
          going = false;
          return 0;
        })(),
      ]);
      for (const [n, ref] of flows.entries()) {
        const { records } = await core.flows.history(ref, { afterVersion: 0, limit: 100_000 });
        expect(records.map(({ version }) => version)).toEqual(
          Array.from({ length: appended[n] ?? 0 }, (_, index) => index + 1),
        );
      }
      expect(Math.min(...appended.slice(0, -1))).toBeGreaterThan(5);
    },
  );
});
