import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createMemoryBus, type MemoryBus } from "../../../bus/memory/bus.ts";
import { maxMessageBytes } from "../../../bus/codec.ts";
import type { CommandMessage } from "../../../bus/messages/commands.ts";
import type { TimerFired } from "../../../bus/messages/flow.ts";
import type { Delivery } from "../../../bus/ports/work.ts";
import { createInbox } from "../../contract/suites/inbox.ts";
import { cause, feedEntry, mergeCommand, newFlow, recordOf } from "../../contract/suites/samples.ts";

let nowMs: number;
let bus: MemoryBus;
let end: AbortController;
beforeEach(() => {
  nowMs = 1_000_000;
  bus = createMemoryBus({ prefix: "mem", clock: { nowMs: () => nowMs }, ackWaitMs: 500 });
  end = new AbortController();
});
afterEach(async () => {
  end.abort();
  await bus[Symbol.asyncDispose]();
});

/** Lets the developer ack what it is handed. */
function takeCommands() {
  const taken = createInbox<CommandMessage>();
  const take = async (delivery: Delivery<CommandMessage>) => {
    delivery.ack();
    taken.add(delivery.message);
  };
  void bus.worker("developer", "dev-1").takeCommands({ signal: end.signal, maxInHand: 5 }, take);
  return taken;
}

describe("a memory bus", () => {
  test("refuses a prefix that names no installation", () => {
    expect(() => createMemoryBus({ prefix: "No" })).toThrow(
      expect.objectContaining({ code: "invalid_prefix" }),
    );
  });

  test("hands out copies only", async () => {
    const core = bus.core();
    const record = recordOf(newFlow());
    await core.flows.append(record, { expectedSeq: 0 });
    const [one, two] = [await core.flows.last(record), await core.flows.last(record)];
    expect(one).toEqual(two);
    expect(one?.record.snapshot).not.toBe(two?.record.snapshot);
    const bytes = new Uint8Array([1, 2, 3]);
    const hash = await core.artifacts.put(bytes);
    bytes[0] = 9;
    (await core.artifacts.get(hash))[1] = 9;
    expect([...(await core.artifacts.get(hash))]).toEqual([1, 2, 3]);
  });

  test("carries as JSON: what JSON drops does not arrive, what it cannot hold is refused", async () => {
    const core = bus.core();
    const taken = takeCommands();
    const command = mergeCommand();
    const input = { ...(command.input as object), extra: undefined };
    await core.dispatch({ ...command, input }, { attempt: 0, causedBy: cause });
    expect(Object.keys((await taken.atLeast(1))[0]?.input as object)).not.toContain("extra");
    const record = recordOf(newFlow());
    const dates = { ...record, snapshot: { ...record.snapshot, context: { at: new Date(0), big: 1n } } };
    await expect(core.flows.append(dates, { expectedSeq: 0 })).rejects.toMatchObject({
      code: "message_invalid",
    });
  });

  test("refuses a message that no server would take", async () => {
    const record = recordOf(newFlow(), 1, "x".repeat(maxMessageBytes));
    await expect(bus.core().flows.append(record, { expectedSeq: 0 })).rejects.toMatchObject({
      code: "message_too_large",
    });
  });

  test("does not pass on an answer that does not fit its verb", async () => {
    void bus.core().serveIntents(async () => ({ ok: true, data: { odd: true } }), end.signal);
    const asked = bus.client("operator").ask("ticket.pause", { id: "T-0001" });
    await expect(asked).rejects.toMatchObject({
      kind: "unavailable",
      code: "answer_invalid",
      retryable: false,
    });
  });

  test("makes a coded answer of a handler that throws", async () => {
    const handle = async () => {
      throw new Error("It broke.");
    };
    void bus.core().serveIntents(handle, end.signal);
    await expect(bus.client("operator").ask("deploy.list", {})).rejects.toMatchObject({
      code: "internal",
      message: "It broke.",
    });
  });

  test("refuses a consumer that would take nothing", async () => {
    const taking = bus
      .worker("host", "h")
      .takeCommands({ signal: end.signal, maxInHand: 0 }, async () => undefined);
    await expect(taking).rejects.toMatchObject({ code: "max_in_hand_invalid" });
  });

  test("refuses everything on a closed connection, and nothing on another", async () => {
    const [closed, open] = [bus.worker("developer", "dev-1"), bus.worker("developer", "dev-2")];
    await closed[Symbol.asyncDispose]();
    await expect(closed.ask("deploy.list", {})).rejects.toMatchObject({ code: "bus_closed" });
    await expect(closed.question("host.project", {})).rejects.toMatchObject({ code: "bus_closed" });
    await expect(open.ask("deploy.list", {})).rejects.toMatchObject({ code: "orchestrator_down" });
  });

  test("keeps a letter whose subject no stream takes", async () => {
    const { dead } = bus.core();
    const error = { kind: "invalid_input" as const, code: "x", message: "x", retryable: false, params: {} };
    await dead.bury({
      stream: "elsewhere",
      subject: "other.cmd.developer.any.merge",
      body: new Uint8Array(),
      error,
    });
    await expect(dead.retry(1)).rejects.toMatchObject({ code: "dead_letter_undeliverable" });
    expect(await dead.count()).toBe(1);
  });

  test("keeps a bounded feed", async () => {
    const core = bus.core();
    for (let n = 0; n < 10_005; n++) core.tell(feedEntry("orchestrator", `${n}`));
    const { items, lastSeq } = await core.readFeed({ sinceSeq: 0, limit: 1 });
    expect(items).toMatchObject([{ seq: 6, text: "5" }]);
    expect(lastSeq).toBe(10_005);
  });
});

describe("a memory bus's clock", () => {
  test("holds timers until it passes their time", async () => {
    const core = bus.core();
    const fired = createInbox<TimerFired>();
    const take = async (delivery: Delivery<TimerFired>) => {
      delivery.ack();
      fired.add(delivery.message);
    };
    void core.timers.takeFired({ signal: end.signal, maxInHand: 1 }, take);
    const flow = newFlow();
    await core.timers.set({ flow, name: "nag", version: 2 }, nowMs + 3_600_000);
    await core.timers.set({ flow, name: "soon", version: 1 }, nowMs + 10);
    nowMs += 1_000;
    expect(await fired.atLeast(1)).toEqual([{ flow, name: "soon", version: 1 }]);
    nowMs += 3_600_000;
    expect(await fired.atLeast(2)).toMatchObject([{ name: "soon" }, { name: "nag" }]);
  });

  test("ends the memory of a dedupe id after two minutes", async () => {
    const core = bus.core();
    const append = () => core.flows.append(recordOf(newFlow()), { expectedSeq: 0, dedupeId: "once" });
    expect(await append()).toEqual({ ok: true, seq: 1 });
    nowMs += 120_000;
    expect(await append()).toEqual({ ok: false, reason: "duplicate", seq: 1 });
    nowMs += 1;
    expect(await append()).toEqual({ ok: true, seq: 2 });
  });
});

describe("a restart of a memory bus", () => {
  test("loses commands and their ids, keeps flows, and makes connections ready again", async () => {
    const core = bus.core();
    const ready = createInbox<string>();
    core.onReady(() => ready.add("core"));
    await ready.atLeast(1);
    const record = recordOf(newFlow());
    await core.flows.append(record, { expectedSeq: 0 });
    const [lost, again] = [mergeCommand(), mergeCommand()];
    for (const command of [lost, again]) await core.dispatch(command, { attempt: 0, causedBy: cause });
    bus.restart();
    expect(ready.items).toHaveLength(2);
    expect((await core.flows.last(record))?.record).toEqual(record);
    await core.dispatch(again, { attempt: 0, causedBy: cause });
    const taken = takeCommands();
    expect(await taken.atLeast(1)).toEqual([again]);
  });

  test("lets a command in hand be acked without harm", async () => {
    const core = bus.core();
    const acked = createInbox<string>();
    const take = async (delivery: Delivery<CommandMessage>) => {
      if (acked.items.length === 0) bus.restart();
      delivery.working();
      delivery.nak();
      delivery.ack();
      acked.add(delivery.message.id);
    };
    void bus.worker("developer", "dev-1").takeCommands({ signal: end.signal, maxInHand: 1 }, take);
    const [one, two] = [mergeCommand(), mergeCommand()];
    await core.dispatch(one, { attempt: 0, causedBy: cause });
    await acked.atLeast(1);
    await core.dispatch(two, { attempt: 0, causedBy: cause });
    await acked.atLeast(2);
    expect(acked.items).toEqual([one.id, two.id]);
  });
});
