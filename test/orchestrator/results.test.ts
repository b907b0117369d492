import { expect, test } from "vitest";
import { conflict, invalidInput } from "../../bus/kernel/errors.ts";
import { silentLogger } from "../../bus/kernel/log.ts";
import { toEnvelope } from "../../bus/messages/envelope.ts";
import type { Delivery } from "../../bus/ports/work.ts";
import type { FlowLog } from "../../bus/ports/flow-log.ts";
import { createResultIntake } from "../../orchestrator/intake/results.ts";
import type { FlowDefinition } from "../../workflows/flow.ts";
import { createRegistry } from "../../workflows/registry.ts";
import { runnerUnderTest } from "./support/memory-runner.ts";
import { ask, begin, createToyFlow, go, toyRef } from "./support/toy-flow.ts";

const commandId = "ticket.T-0001.1.1";
const timer = {
  type: "timer",
  name: "t",
  delayMs: 10,
  event: { type: "go", to: "timed-out", effects: [] },
} as const;

/** The toy flow, which goes to whatever its worker or another flow says; `unwanted` it does not know. */
const listening: FlowDefinition = {
  ...createToyFlow(),
  advance: (snapshot, event) => {
    if (event.type === "unwanted" || event.type === "odd") return undefined;
    return createToyFlow().advance(snapshot, { to: event.type, ...event });
  },
  refuse: (_snapshot, event) =>
    conflict(event.type === "odd" ? "machine_confused" : "event_refused", "It does not take that.").toJSON(),
};

function delivery<T>(message: T, id = "r1"): Delivery<T> & { acks: number } {
  return {
    message,
    envelope: toEnvelope("result", message, { id }),
    acks: 0,
    ack() {
      this.acks += 1;
    },
    nak: () => undefined,
    working: () => undefined,
  };
}

const review = { verdict: "approve", reasons: [] };
const resultOf = (output: unknown, over: object = {}) => ({
  commandId,
  type: "manager.review",
  flow: toyRef,
  instance: "manager-1",
  worker: "manager" as const,
  outcome: { ok: true as const, output },
  ...over,
});

async function intake(wrap?: (flows: FlowLog) => FlowLog) {
  const desk = runnerUnderTest({ registry: createRegistry([listening]), ...(wrap ? { wrap } : {}) });
  await desk.runner.apply(begin("new", [ask(), timer]));
  const newest = async () => (await desk.core.flows.last(toyRef))?.record;
  return { ...desk, newest, results: createResultIntake(desk.runner, desk.core.dead, silentLogger) };
}

test("a result moves its flow and is acked after the append", async () => {
  const { results, newest } = await intake();
  const one = delivery(resultOf(review));
  await results.result(one);
  expect(await newest()).toMatchObject({
    version: 2,
    snapshot: { value: "manager.review.done" },
    event: { output: review, commandId, instance: "manager-1" },
    cause: { id: "r1", kind: "result", principal: "manager" },
    pending: [],
  });
  expect(one.acks).toBe(1);
});

test("a failed command moves its flow by the failure", async () => {
  const { results, newest } = await intake();
  const error = conflict("no_patch", "There is no patch.").toJSON();
  await results.result(delivery(resultOf(undefined, { outcome: { ok: false, error } })));
  expect(await newest()).toMatchObject({ snapshot: { value: "manager.review.failed" }, event: { error } });
});

test("an output that is not what was agreed fails the step with the reason", async () => {
  const { results, newest } = await intake();
  const one = delivery(resultOf({ verdict: "maybe" }));
  await results.result(one);
  expect(await newest()).toMatchObject({
    snapshot: { value: "manager.review.failed" },
    event: { error: { code: "result_invalid" } },
  });
  expect(one.acks).toBe(1);
});

test("the same result twice counts once", async () => {
  const { results, newest } = await intake();
  const [one, again] = [delivery(resultOf(review)), delivery(resultOf(review))];
  await results.result(one);
  await results.result(again);
  expect((await newest())?.version).toBe(2);
  expect(again.acks).toBe(1);
});

test("a late result is acked and leaves no dead letter", async () => {
  const { results, newest, core, runner } = await intake();
  await runner.apply(go("elsewhere", [{ type: "forget" }]));
  const late = delivery(resultOf(review));
  await results.result(late);
  expect(late.acks).toBe(1);
  expect((await newest())?.version).toBe(2);
  expect(await core.dead.count()).toBe(0);
});

test("a result under a lost lease is acked and changes nothing", async () => {
  const { results, newest, runner } = await intake();
  const claimed = { type: "manager.triage.claimed", to: "working", effects: [] };
  await runner.apply(
    go("x", [], { event: claimed, command: { id: commandId, instance: "manager-2", over: 0 } }),
  );
  const stale = delivery(resultOf(review));
  await results.result(stale);
  expect(stale.acks).toBe(1);
  expect((await newest())?.snapshot.value).toBe("working");
});

test("a result for a flow that never was is acked", async () => {
  const { results } = await intake();
  const lost = delivery(resultOf(review, { flow: { kind: "ticket", id: "T-0404" } }));
  await results.result(lost);
  expect(lost.acks).toBe(1);
});

test("a refusal that nobody expects becomes a dead letter with the reason", async () => {
  const { results, core } = await intake();
  const odd = delivery({ id: "s1", from: toyRef, to: toyRef, event: { type: "odd" } }, "e1");
  await results.flowMessage(odd);
  expect(odd.acks).toBe(1);
  expect(await core.dead.list(10)).toMatchObject([
    { subject: "ticket/T-0001", error: { code: "machine_confused" } },
  ]);
});

test("a result that does not fit into the log fails the step instead of coming for ever", async () => {
  for (const code of ["message_too_large"]) {
    const tight = (flows: FlowLog): FlowLog => ({
      ...flows,
      append: (record, options) =>
        record.event.type === "manager.review.done"
          ? Promise.reject(invalidInput(code, "Too big."))
          : flows.append(record, options),
    });
    const { results, newest } = await intake(tight);
    const one = delivery(resultOf(review));
    await results.result(one);
    expect(await newest()).toMatchObject({
      snapshot: { value: "manager.review.failed" },
      event: { error: { code } },
    });
    expect(one.acks).toBe(1);
  }
});

test("a failure of the log leaves the message unacked, so that it comes again", async () => {
  const down = (flows: FlowLog): FlowLog => ({
    ...flows,
    append: (record, options) =>
      record.version > 1 ? Promise.reject(new Error("down")) : flows.append(record, options),
  });
  const { results } = await intake(down);
  const one = delivery(resultOf(review));
  await expect(results.result(one)).rejects.toThrow("down");
  expect(one.acks).toBe(0);
});

test("a message between flows is taken with its own id as cause", async () => {
  const { results, newest } = await intake();
  const sent = delivery({
    id: "deploy.shop.4.1",
    from: { kind: "deploy" as const, id: "shop" },
    to: toyRef,
    event: { type: "deploy.live" },
  });
  await results.flowMessage(sent);
  expect(await newest()).toMatchObject({
    snapshot: { value: "deploy.live" },
    cause: { id: "deploy.shop.4.1", kind: "flow" },
  });
});

test("a timer that is still set fires its event once", async () => {
  const { results, newest } = await intake();
  const fired = { flow: toyRef, name: "t", version: 1 };
  await results.timer(delivery(fired, "f1"));
  expect((await newest())?.snapshot.value).toBe("timed-out");
  const again = delivery(fired, "f2");
  await results.timer(again);
  expect((await newest())?.version).toBe(2);
  expect(again.acks).toBe(1);
});

test("a timer of an earlier step, or of no flow, is only acked", async () => {
  const { results, newest, runner } = await intake();
  await runner.apply(go("b", [{ type: "cancel", name: "t" }]));
  for (const flow of [toyRef, { kind: "ticket" as const, id: "T-0404" }]) {
    const stale = delivery({ flow, name: "t", version: 1 });
    await results.timer(stale);
    expect(stale.acks).toBe(1);
  }
  expect((await newest())?.snapshot.value).toBe("b");
});

test("a timer set by another orchestrator fires here too", async () => {
  const one = await intake();
  const two = runnerUnderTest({ bus: one.bus, registry: createRegistry([listening]) });
  await two.runner.load(toyRef);
  await one.runner.apply(go("b", [{ ...timer, name: "u" }]));
  await createResultIntake(two.runner, two.core.dead, silentLogger).timer(
    delivery({ flow: toyRef, name: "u", version: 2 }),
  );
  expect((await one.newest())?.snapshot.value).toBe("timed-out");
});
