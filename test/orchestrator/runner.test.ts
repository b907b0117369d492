import { expect, test } from "vitest";
import type { FlowLog } from "../../bus/ports/flow-log.ts";
import { runnerUnderTest } from "./support/memory-runner.ts";
import { ask, begin, go, toyRef } from "./support/toy-flow.ts";

test("an input is stored before what it asks for is done", async () => {
  const { runner, core, moved } = runnerUnderTest();
  const outcome = await runner.create(begin("new", [ask()]), "c1");
  expect(outcome).toMatchObject({ kind: "moved", record: { version: 1 } });
  expect((await core.flows.last(toyRef))?.record.version).toBe(1);
  expect(moved).toMatchObject([{ before: undefined, commands: [{ id: "ticket.T-0001.1.1" }] }]);
  await runner.apply(go("a"));
  expect(moved[1]).toMatchObject({ before: { version: 1 }, record: { version: 2 } });
});

test("nothing is done where the append fails, and the failure comes through", async () => {
  const { runner, moved } = runnerUnderTest({
    wrap: (flows) => ({ ...flows, append: () => Promise.reject(new Error("the disk is full")) }),
  });
  await expect(runner.apply(begin("new"))).rejects.toThrow("the disk is full");
  expect(moved).toEqual([]);
});

test("many inputs at once for one flow are applied one after another", async () => {
  const { runner, core } = runnerUnderTest();
  await runner.apply(begin("new"));
  const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => runner.apply(go(`s${n}`))));
  expect(outcomes.map((one) => one.kind === "moved" && one.record.version)).toEqual(
    Array.from({ length: 50 }, (_, n) => n + 2),
  );
  const { records } = await core.flows.history(toyRef, { afterVersion: 0, limit: 100 });
  expect(records.map(({ version }) => version)).toEqual(Array.from({ length: 51 }, (_, n) => n + 1));
});

test("two orchestrators on one flow: every input once, versions without gaps", async () => {
  const one = runnerUnderTest();
  const two = runnerUnderTest({ bus: one.bus });
  await one.runner.apply(begin("new"));
  const inputs = Array.from({ length: 40 }, (_, n) => go(`s${n}`));
  await Promise.all(inputs.map((input, n) => (n % 2 ? one : two).runner.apply(input)));
  const { records } = await one.core.flows.history(toyRef, { afterVersion: 0, limit: 100 });
  expect(records.map(({ version }) => version)).toEqual(Array.from({ length: 41 }, (_, n) => n + 1));
  expect(new Set(records.slice(1).map(({ cause }) => cause.id))).toEqual(
    new Set(inputs.map(({ cause }) => cause.id)),
  );
});

test("the same input at two orchestrators moves the flow once", async () => {
  const one = runnerUnderTest();
  const two = runnerUnderTest({ bus: one.bus });
  await one.runner.apply(begin("new"));
  await two.runner.load(toyRef);
  const input = go("a", [ask()]);
  const outcomes = await Promise.all([one.runner.apply(input), two.runner.apply(input)]);
  expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(["moved", "repeated"]);
  expect(one.moved.length + two.moved.length).toBe(2);
});

test("a repeat does the last step's work again, but not that of an older step", async () => {
  const { runner, repeated } = runnerUnderTest();
  const [first, second] = [begin("new", [ask()]), go("a")];
  await runner.apply(first);
  expect(await runner.apply(first)).toMatchObject({ kind: "repeated", version: 1 });
  expect(repeated).toHaveLength(1);
  await runner.apply(second);
  expect(await runner.apply(first)).toMatchObject({ kind: "repeated", version: 1, record: { version: 2 } });
  expect(repeated).toHaveLength(1);
});

test("a refusal from a stale guess is looked at again by the log", async () => {
  const one = runnerUnderTest();
  const two = runnerUnderTest({ bus: one.bus });
  await one.runner.apply(begin("new"));
  await two.runner.load(toyRef);
  await one.runner.apply(go("a", [ask()]));
  const late = go("b", [], { command: { id: "ticket.T-0001.2.1", instance: "m-1" } });
  expect(await two.runner.apply(late)).toMatchObject({ kind: "moved", record: { version: 3 } });
  expect(
    await one.runner.apply(go("c", [], { command: { id: "ticket.T-0001.2.1", instance: "m-1" } })),
  ).toMatchObject({
    kind: "refused",
    error: { code: "result_late" },
  });
});

test("load answers from memory, unless a later record is known to be there", async () => {
  const one = runnerUnderTest();
  const two = runnerUnderTest({ bus: one.bus });
  await one.runner.apply(begin("new"));
  await two.runner.load(toyRef);
  await one.runner.apply(go("a"));
  expect((await two.runner.load(toyRef))?.record.version).toBe(1);
  expect((await two.runner.load(toyRef, 2))?.record.version).toBe(2);
  await one.runner.apply(go("b"));
  expect((await two.runner.newest(toyRef))?.record.version).toBe(3);
  expect((await two.runner.load(toyRef))?.record.version).toBe(3);
});

test("create: a taken name is said, the same dedupe id gives the first flow", async () => {
  const one = runnerUnderTest();
  const two = runnerUnderTest({ bus: one.bus });
  const made = await one.runner.create(begin("new"), "message-1");
  expect(made.kind).toBe("moved");
  expect(await two.runner.create(begin("new"), "message-2")).toEqual({ kind: "taken" });
  const elsewhere = begin("new", [], { ref: { kind: "ticket", id: "T-0002" } });
  expect(await two.runner.create(elsewhere, "message-1")).toMatchObject({
    kind: "repeated",
    version: 1,
    record: { id: "T-0001" },
  });
});

test("a flow that is always overtaken gives up with a code that says to try again", async () => {
  let appends = 0;
  const stale = (flows: FlowLog): FlowLog => ({
    ...flows,
    append: async () => ((appends += 1), { ok: false, reason: "stale" }),
  });
  const { runner } = runnerUnderTest({ wrap: stale });
  await expect(runner.apply(begin("new"))).rejects.toMatchObject({ code: "flow_contended", retryable: true });
  expect(appends).toBe(20);
});

test("a failed input does not hold up the next one of its flow", async () => {
  let failing = true;
  const { runner } = runnerUnderTest({
    wrap: (flows) => ({
      ...flows,
      append: (record, options) =>
        failing ? Promise.reject(new Error("down")) : flows.append(record, options),
    }),
  });
  const first = runner.apply(begin("new"));
  await expect(first).rejects.toThrow("down");
  failing = false;
  expect(await runner.apply(begin("new"))).toMatchObject({ kind: "moved" });
});

test("reset forgets every guess", async () => {
  const one = runnerUnderTest();
  const two = runnerUnderTest({ bus: one.bus });
  await one.runner.apply(begin("new"));
  await two.runner.load(toyRef);
  await one.runner.apply(go("a"));
  two.runner.reset();
  expect((await two.runner.load(toyRef))?.record.version).toBe(2);
});
