import { expect, test } from "vitest";
import { silentLogger } from "../../bus/kernel/log.ts";
import type { FlowRef } from "../../bus/messages/flow.ts";
import type { Effect } from "../../workflows/flow.ts";
import { armAheadMs, createDispatch, type DispatchBus } from "../../orchestrator/flows/dispatch.ts";
import { step } from "../../orchestrator/flows/step.ts";
import { ask, begin, go, recordOf, toyRegistry } from "./support/toy-flow.ts";

function sending(fail = false) {
  const calls: string[] = [];
  const call = async (text: string): Promise<void> => {
    calls.push(text);
    if (fail) throw new Error("the bus is away");
  };
  const bus: DispatchBus = {
    dispatch: ({ id, worker }, { attempt, causedBy }) =>
      call(`dispatch ${id} to ${worker} as ${attempt} by ${causedBy.correlationId}`),
    send: ({ id, to }, { attempt }) => call(`send ${id} to ${to.id} as ${attempt}`),
    timers: {
      set: ({ name, version }, dueAtMs) => call(`set ${name} of ${version} at ${dueAtMs}`),
      cancel: (_flow: FlowRef, name) => call(`cancel ${name}`),
      takeFired: async () => undefined,
    },
  };
  return { calls, dispatch: createDispatch(bus, silentLogger) };
}

const timer = (name: string, delayMs: number): Effect => ({
  type: "timer",
  name,
  delayMs,
  event: { type: "go", to: name },
});
const sent: Effect = { type: "send", to: { kind: "deploy", id: "shop" }, event: { type: "deploy.request" } };

function moved(effects: readonly Effect[], from: readonly Effect[] = []) {
  const first = recordOf(step(toyRegistry, undefined, begin("new", from), 1_000));
  const next = step(toyRegistry, first, go("a", effects), 1_000);
  if (next.kind !== "moved") throw new Error(next.kind);
  return next;
}

test("commands go to their workers, events to their flows, near timers to the schedule", async () => {
  const { calls, dispatch } = sending();
  const { record, commands, timers } = moved([
    ask(),
    sent,
    timer("near", armAheadMs),
    timer("far", armAheadMs + 1),
  ]);
  await dispatch.first(record, commands, timers);
  expect(calls).toEqual([
    "dispatch ticket.T-0001.2.1 to manager as 0 by story",
    "send ticket.T-0001.2.2 to shop as 0",
    `set near of 2 at ${1_000 + armAheadMs}`,
  ]);
});

test("only a timer that may be scheduled is taken back", async () => {
  const { calls, dispatch } = sending();
  const cancels: Effect[] = [
    { type: "cancel", name: "near" },
    { type: "cancel", name: "far" },
  ];
  const { record, commands, timers } = moved(cancels, [timer("near", 500), timer("far", armAheadMs * 10)]);
  await dispatch.first(record, commands, timers);
  expect(calls).toEqual(["cancel near"]);
});

test("arming takes the version and time that the record says, and skips what it does not have", async () => {
  const { calls, dispatch } = sending();
  await dispatch.arm(moved([timer("far", 700_000)]).record, ["far", "gone"]);
  expect(calls).toEqual(["set far of 2 at 701000"]);
});

test("what cannot be sent does not keep the rest from it, nor fails the step", async () => {
  const { calls, dispatch } = sending(true);
  const { record, commands, timers } = moved([ask(), sent, timer("near", 5)]);
  await dispatch.first(record, commands, timers);
  await dispatch.repeat(record, record.pending, 77);
  expect(calls).toHaveLength(5);
  expect(calls).toContain("dispatch ticket.T-0001.2.1 to manager as 77 by story");
});
