import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createMemoryBus } from "../../bus/memory/bus.ts";
import { silentLogger } from "../../bus/kernel/log.ts";
import type { FlowReader } from "../../bus/ports/flow-log.ts";
import { createViewFollower } from "../../orchestrator/view/follower.ts";
import { createViewReader } from "../../orchestrator/view/reader.ts";
import { openView } from "../../orchestrator/view/schema.ts";
import { createViewWriter } from "../../orchestrator/view/writer.ts";
import { standardRegistry } from "../../workflows/registry.ts";
import { heldClock, runnerUnderTest } from "./support/memory-runner.ts";
import type { FlowRunner } from "../../orchestrator/flows/runner.ts";

const author = { kind: "human", id: "ada", trusted: true } as const;
let causes = 0;
const cause = () => ({
  id: `view-${(causes += 1)}`,
  kind: "intent" as const,
  principal: "operator" as const,
  actor: author,
});

async function create(runner: FlowRunner, id: string, event: object = {}, causeId?: string): Promise<void> {
  const from = causeId === undefined ? cause() : { ...cause(), id: causeId };
  await runner.create(
    {
      ref: { kind: "ticket", id },
      event: { type: "ticket.create", title: id, author, ...event },
      cause: from,
      correlationId: id,
    },
    from.id,
  );
}
async function say(runner: FlowRunner, id: string, type: string, data: object = {}): Promise<void> {
  await runner.apply({
    ref: { kind: "ticket", id },
    event: { type, ...data },
    cause: cause(),
    correlationId: id,
  });
}

/** A read model on a log; `path` keeps it over a restart. */
function following(flows: FlowReader, path = ":memory:") {
  const db = openView(path);
  const reader = createViewReader(db);
  const follower = createViewFollower(flows, reader, createViewWriter(db), silentLogger);
  const end = new AbortController();
  const run = follower.run(end.signal);
  const stop = async () => {
    end.abort();
    await run;
    db.close();
  };
  return { reader, follower, run, stop };
}

test("tickets are listed newest first and filtered by state, status, priority and holder", async () => {
  const { core, runner } = runnerUnderTest({ registry: standardRegistry });
  await create(runner, "T-0001", { priority: "high" });
  await create(runner, "T-0002");
  await create(runner, "T-0003");
  await say(runner, "T-0002", "ticket.pause");
  await say(runner, "T-0003", "ticket.update", { assignedTo: "dev-1" });
  const { reader, follower, stop } = following(core.flows);
  await follower.catchUp();
  const ids = (filter: Parameters<typeof reader.tickets>[0]) =>
    reader.tickets(filter).tickets.map(({ id }) => id);
  expect(ids({})).toEqual(["T-0003", "T-0002", "T-0001"]);
  expect(ids({ state: ["paused"] })).toEqual(["T-0002"]);
  expect(ids({ state: ["paused", "open"], priority: "normal" })).toEqual(["T-0003", "T-0002"]);
  expect(ids({ priority: "high" })).toEqual(["T-0001"]);
  expect(ids({ assignedTo: "dev-1" })).toEqual(["T-0003"]);
  expect(ids({ status: reader.tickets({ state: ["paused"] }).tickets[0]?.status ?? "" })).toContain("T-0002");
  expect(ids({ status: "no such status" })).toEqual([]);
  expect(reader.tickets({ limit: 1 })).toMatchObject({ total: 3, tickets: [{ id: "T-0003" }] });
  expect(reader.countsByState()).toEqual({ open: 2, paused: 1 });
  expect(reader.highestNumber()).toBe(3);
  await stop();
});

test("the message that made a ticket is remembered over all its later versions", async () => {
  const { core, runner } = runnerUnderTest({ registry: standardRegistry });
  await create(runner, "T-0001", {}, "message-7");
  const { reader, follower, stop } = following(core.flows);
  await follower.catchUp();
  await say(runner, "T-0001", "ticket.pause");
  await say(runner, "T-0001", "ticket.resume");
  await follower.catchUp();
  expect(reader.createdBy("intent/operator/message-7")).toMatchObject({ id: "T-0001", version: 3 });
  expect(reader.createdBy("intent/manager/message-7")).toBeUndefined();
  await stop();
});

test("catching up ends when what stood in the log then is in the view, or at its limit", async () => {
  const { core, runner } = runnerUnderTest({ registry: standardRegistry });
  const { reader, follower, stop } = following(core.flows);
  for (let n = 1; n <= 20; n += 1) {
    await create(runner, `T-${String(n).padStart(4, "0")}`);
    await follower.catchUp();
    expect(reader.highestNumber()).toBe(n);
  }
  await stop();
  await create(runner, "T-0099");
  const startMs = performance.now();
  await follower.catchUp(50);
  expect(performance.now() - startMs).toBeLessThan(1_000);
});

test("a kept view goes on behind its last record and does not read the log anew", async () => {
  const dir = await mkdtemp(join(tmpdir(), "dockfra-view-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const path = join(dir, "one.sqlite");
  const { core, runner } = runnerUnderTest({ registry: standardRegistry });
  await create(runner, "T-0001");
  const first = following(core.flows, path);
  await first.follower.catchUp();
  await first.stop();
  await create(runner, "T-0002");
  const from: number[] = [];
  const watched: FlowReader = {
    ...core.flows,
    follow: (seq, signal) => (from.push(seq), core.flows.follow(seq, signal)),
  };
  const second = following(watched, path);
  await second.follower.catchUp();
  expect(from).toEqual([2]);
  expect(second.reader.countsByState()).toEqual({ open: 2 });
  await second.stop();
});

test("a view of another store is built anew, at the start", async () => {
  const dir = await mkdtemp(join(tmpdir(), "dockfra-view-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const path = join(dir, "one.sqlite");
  const old = runnerUnderTest({ registry: standardRegistry });
  await create(old.runner, "T-0001");
  await create(old.runner, "T-0002");
  const first = following(old.core.flows, path);
  await first.follower.catchUp();
  await first.stop();
  const fresh = runnerUnderTest({ registry: standardRegistry });
  await create(fresh.runner, "T-0005", { title: "New house" });
  const second = following(fresh.core.flows, path);
  await second.follower.catchUp();
  expect(second.reader.tickets({}).tickets.map(({ id }) => id)).toEqual(["T-0005"]);
  await second.stop();
});

test("a store that is replaced while the view runs is noticed and read from its beginning", async () => {
  const [old, fresh] = [
    runnerUnderTest({ registry: standardRegistry }),
    runnerUnderTest({ registry: standardRegistry }),
  ];
  for (const id of ["T-0001", "T-0002", "T-0003"]) await create(old.runner, id);
  let flows: FlowReader = old.core.flows;
  const switching: FlowReader = {
    last: (ref) => flows.last(ref),
    at: (seq) => flows.at(seq),
    history: (ref, options) => flows.history(ref, options),
    extent: () => flows.extent(),
    follow: (seq, signal) => flows.follow(seq, signal),
  };
  const { reader, follower, stop } = following(switching);
  await follower.catchUp();
  await follower.check();
  expect(reader.highestNumber()).toBe(3);
  flows = fresh.core.flows;
  await create(fresh.runner, "T-0001", { title: "New house" });
  await follower.check();
  await expect.poll(() => reader.tickets({}).tickets.map(({ title }) => title)).toEqual(["New house"]);
  await create(fresh.runner, "T-0002");
  await follower.catchUp();
  expect(reader.highestNumber()).toBe(2);
  await stop();
});

test("a record that cannot be shown ends the run with its error, not the process", async () => {
  const { core, runner } = runnerUnderTest({ registry: standardRegistry });
  await create(runner, "T-0001");
  const broken: FlowReader = {
    ...core.flows,
    async *follow(seq, signal) {
      for await (const stored of core.flows.follow(seq, signal))
        yield { ...stored, record: { ...stored.record, timers: null as never } };
    },
  };
  const { run } = following(broken);
  await expect(run).rejects.toThrow();
});

test("a connection that ends ends the run", async () => {
  const bus = createMemoryBus();
  const core = bus.core();
  const { run } = following(core.flows);
  await core[Symbol.asyncDispose]();
  await run;
});

test("what waits and what is overdue is found, longest first", async () => {
  const clock = heldClock(1_000);
  const { core, runner } = runnerUnderTest({ registry: standardRegistry, clock });
  await create(runner, "T-0001");
  clock.passMs(1_000);
  await create(runner, "T-0002");
  await create(runner, "T-0003");
  await say(runner, "T-0003", "ticket.cancel");
  const { reader, follower, stop } = following(core.flows);
  await follower.catchUp();
  const names = (places: { ref: { id: string } }[]) => places.map(({ ref }) => ref.id);
  expect(names(reader.waitingSince(1_500, 10))).toEqual(["T-0001"]);
  expect(names(reader.waitingSince(2_000, 10))).toEqual(["T-0001", "T-0002"]);
  expect(reader.waitingSince(2_000, 1)).toEqual([{ ref: { kind: "ticket", id: "T-0001" }, seq: 1 }]);
  expect(names(reader.dueBy(10_000, 10))).toEqual([]);
  expect(names(reader.dueBy(1_000 + 10 * 60_000, 10))).toEqual(["T-0001"]);
  await stop();
});
