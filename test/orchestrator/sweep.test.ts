import { expect, test } from "vitest";
import { silentLogger } from "../../bus/kernel/log.ts";
import type { FlowRecord, PendingCommand } from "../../bus/messages/flow.ts";
import type { FlowLog } from "../../bus/ports/flow-log.ts";
import type { Dispatch } from "../../orchestrator/flows/dispatch.ts";
import { aliveForMs, createPresence } from "../../orchestrator/presence.ts";
import { createSweep } from "../../orchestrator/sweep.ts";
import { createViewReader } from "../../orchestrator/view/reader.ts";
import { openView } from "../../orchestrator/view/schema.ts";
import { createViewWriter } from "../../orchestrator/view/writer.ts";
import { heldClock, runnerUnderTest, type RunnerUnderTest } from "./support/memory-runner.ts";
import { ask, begin, go, toyRef } from "./support/toy-flow.ts";

const patienceMs = 1_000;

/** A sweep over a log whose read model is brought up to date by hand. */
function sweeping() {
  const clock = heldClock();
  const one = runnerUnderTest({ clock });
  const db = openView(":memory:");
  const [view, writer] = [createViewReader(db), createViewWriter(db)];
  const presence = createPresence(clock);
  const sent: { ids: string[]; attempt: number }[] = [];
  const armed: string[][] = [];
  const dispatch: Dispatch = {
    first: async () => undefined,
    arm: async (_record: FlowRecord, names: readonly string[]) => void armed.push([...names]),
    repeat: async (_record: FlowRecord, commands: readonly PendingCommand[], attempt: number) =>
      void sent.push({ ids: commands.map(({ id }) => id), attempt }),
  };
  const sweep = createSweep({
    view,
    runner: one.runner,
    dispatch,
    presence,
    clock,
    log: silentLogger,
    patienceMs,
  });
  const look = async (flows: FlowLog = one.core.flows) => {
    const { lastSeq } = await flows.extent();
    for (let seq = view.progress().seq + 1; seq <= lastSeq; seq += 1) {
      const stored = await flows.at(seq);
      if (stored) writer.apply([stored], "store");
    }
  };
  const beat = (running: string[]) =>
    presence.seen({ part: "manager", instance: "m-1", pid: 1, atMs: clock.nowMs(), running });
  return { ...one, clock, sweep, sent, armed, look, beat };
}

async function waiting(desk: RunnerUnderTest) {
  await desk.runner.apply(begin("new", [ask()]));
}

test("a flow that waits longer than patience gets its commands again, each time as a new attempt", async () => {
  const desk = sweeping();
  await waiting(desk);
  await desk.look();
  await desk.sweep.run({ force: false });
  expect(desk.sent).toEqual([]);
  desk.clock.passMs(patienceMs);
  await desk.sweep.run({ force: false });
  expect(desk.sent).toEqual([{ ids: ["ticket.T-0001.1.1"], attempt: desk.clock.nowMs() }]);
});

test("each repeat waits twice as long as the one before", async () => {
  const desk = sweeping();
  await waiting(desk);
  await desk.look();
  const atMs: number[] = [];
  for (let ms = 0; ms < 20_000; ms += 500) {
    desk.clock.passMs(500);
    const before = desk.sent.length;
    await desk.sweep.run({ force: false });
    if (desk.sent.length > before) atMs.push(desk.clock.nowMs() - 1_000);
  }
  expect(atMs).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
});

test("what a live worker has in work is left alone, until the worker is gone", async () => {
  const desk = sweeping();
  await waiting(desk);
  await desk.look();
  desk.clock.passMs(patienceMs);
  desk.beat(["ticket.T-0001.1.1"]);
  await desk.sweep.run({ force: false });
  await desk.sweep.run({ force: true });
  expect(desk.sent).toEqual([]);
  desk.clock.passMs(aliveForMs + 1);
  await desk.sweep.run({ force: false });
  expect(desk.sent).toHaveLength(1);
});

test("a long run in work does not make the repeat after its worker's death late", async () => {
  const desk = sweeping();
  await waiting(desk);
  await desk.look();
  for (let n = 0; n < 30; n += 1) {
    desk.clock.passMs(patienceMs);
    desk.beat(["ticket.T-0001.1.1"]);
    await desk.sweep.run({ force: false });
  }
  desk.clock.passMs(aliveForMs + 1);
  await desk.sweep.run({ force: false });
  expect(desk.sent).toHaveLength(1);
});

test("force repeats at once what nobody has in work", async () => {
  const desk = sweeping();
  await waiting(desk);
  await desk.look();
  await desk.sweep.run({ force: true });
  await desk.sweep.run({ force: true });
  expect(desk.sent).toHaveLength(2);
});

test("a flow that moved on since the read model saw it sends what it waits for now", async () => {
  const desk = sweeping();
  await waiting(desk);
  await desk.look();
  await desk.runner.apply(go("b", [{ type: "forget" }, ask()]));
  desk.clock.passMs(patienceMs);
  await desk.sweep.run({ force: false });
  expect(desk.sent.map(({ ids }) => ids)).toEqual([["ticket.T-0001.2.1"]]);
});

test("a flow that another orchestrator moved on is read from the log", async () => {
  const desk = sweeping();
  await waiting(desk);
  const other = runnerUnderTest({ bus: desk.bus, clock: desk.clock });
  await other.runner.apply(go("b", [{ type: "forget" }, ask()]));
  await desk.look();
  desk.clock.passMs(patienceMs);
  await desk.sweep.run({ force: false });
  expect(desk.sent.map(({ ids }) => ids)).toEqual([["ticket.T-0001.2.1"]]);
});

test("a flow at rest is left alone, whatever it sent last", async () => {
  const desk = sweeping();
  await waiting(desk);
  await desk.runner.apply(
    go("end", [ask()], { event: { type: "go", to: "end", effects: [ask()], done: true } }),
  );
  await desk.look();
  desk.clock.passMs(patienceMs);
  await desk.sweep.run({ force: true });
  expect(desk.sent).toEqual([]);
});

test("a timer that is overdue fires once, though its schedule was lost", async () => {
  const desk = sweeping();
  const event = { type: "go", to: "timed-out", effects: [{ type: "cancel", name: "t" }] };
  await desk.runner.apply(begin("new", [{ type: "timer", name: "t", delayMs: 1_000, event }]));
  await desk.look();
  desk.clock.passMs(1_500);
  await desk.sweep.run({ force: false });
  expect((await desk.core.flows.last(toyRef))?.record.version).toBe(1);
  desk.clock.passMs(5_000);
  await desk.sweep.run({ force: false });
  await desk.sweep.run({ force: false });
  await desk.look();
  await desk.sweep.run({ force: false });
  expect((await desk.core.flows.last(toyRef))?.record).toMatchObject({
    version: 2,
    snapshot: { value: "timed-out" },
    cause: { kind: "timer" },
  });
});

test("an overdue timer that another orchestrator set fires here", async () => {
  const desk = sweeping();
  await desk.runner.apply(begin("new"));
  const other = runnerUnderTest({ bus: desk.bus, clock: desk.clock });
  const event = { type: "go", to: "timed-out", effects: [{ type: "cancel", name: "t" }] };
  await other.runner.apply(go("b", [{ type: "timer", name: "t", delayMs: 1_000, event }]));
  await desk.look();
  desk.clock.passMs(7_000);
  await desk.sweep.run({ force: false });
  expect((await desk.core.flows.last(toyRef))?.record.snapshot.value).toBe("timed-out");
});

test("a timer becomes a scheduled message a minute before it is due, once", async () => {
  const desk = sweeping();
  const far = {
    type: "timer",
    name: "far",
    delayMs: 600_000,
    event: { type: "go", to: "late", effects: [] },
  } as const;
  const farther = { ...far, name: "farther", delayMs: 630_000 };
  await desk.runner.apply(begin("new", [far, farther]));
  await desk.look();
  const rounds: number[] = [];
  for (let ms = 0; ms < 598_000; ms += 5_000) {
    desk.clock.passMs(5_000);
    await desk.sweep.run({ force: false });
    if (desk.armed.length > rounds.length) rounds.push(desk.clock.nowMs() - 1_000);
  }
  expect(desk.armed).toEqual([["far"], ["farther"]]);
  expect(rounds).toEqual([540_000, 570_000]);
});
