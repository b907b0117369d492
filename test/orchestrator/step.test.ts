import { describe, expect, test } from "vitest";
import type { FlowRecord } from "../../bus/messages/flow.ts";
import { FlowRecord as FlowRecordSchema } from "../../bus/messages/flow.ts";
import { step, type FlowInput, type Step } from "../../orchestrator/flows/step.ts";
import type { Effect } from "../../workflows/flow.ts";
import { createRegistry } from "../../workflows/registry.ts";
import { ask, begin, createToyFlow, go, recordOf, toyRegistry } from "./support/toy-flow.ts";

const run = (last: FlowRecord | undefined, input: FlowInput, nowMs = 1_000): Step =>
  step(toyRegistry, last, input, nowMs);
const start = (effects: readonly Effect[] = []): FlowRecord =>
  recordOf(run(undefined, begin("new", effects)));
const moved = (
  last: FlowRecord,
  to: string,
  effects: readonly Effect[] = [],
  rest: Partial<FlowInput> = {},
  nowMs = 1_000,
): FlowRecord => recordOf(run(last, go(to, effects, rest), nowMs));

const timer = (name: string, delayMs: number): Effect => ({
  type: "timer",
  name,
  delayMs,
  event: { type: "go", to: name },
});
const result = (id: string, instance = "m-1"): Partial<FlowInput> => ({ command: { id, instance } });
const claim = (id: string, instance: string, over = 0): Partial<FlowInput> => ({
  command: { id, instance, over },
  event: { type: "work.claimed", to: "working", effects: [] },
});

describe("a first step", () => {
  test("makes version 1 with the input's cause, story and time", () => {
    const input = begin("new");
    const record = recordOf(run(undefined, input, 77));
    expect(record).toMatchObject({
      kind: "ticket",
      id: "T-0001",
      version: 1,
      machine: 1,
      atMs: 77,
      correlationId: "story",
      cause: input.cause,
    });
    expect(record.snapshot.value).toBe("new");
    expect(FlowRecordSchema.safeParse(record).success).toBe(true);
  });

  test("is refused where the event cannot begin a flow", () => {
    const refused = run(undefined, go("x"));
    expect(refused).toMatchObject({ kind: "refused", error: { code: "flow_unknown", kind: "not_found" } });
  });
});

describe("a next step", () => {
  test("counts on without gaps and keeps the record plain", () => {
    let record = start();
    for (let version = 2; version < 6; version += 1) {
      record = moved(record, `s${version}`);
      expect(record.version).toBe(version);
    }
    expect(structuredClone(record)).toEqual(record);
  });

  test("says who spoke and when to the machine, and does not store it in the event", () => {
    const seen: unknown[] = [];
    const flow = createToyFlow();
    const registry = createRegistry([
      { ...flow, advance: (snapshot, event) => (seen.push(event), flow.advance(snapshot, event)) },
    ]);
    const next = recordOf(step(registry, start(), go("x"), 5));
    expect(seen).toMatchObject([{ atMs: 5, by: { principal: "operator" } }]);
    expect(next.event).not.toHaveProperty("by");
  });

  test("the machine's own refusal comes through", () => {
    expect(run(start(), go("x", [], { event: { type: "odd" } }))).toMatchObject({
      kind: "refused",
      error: { code: "not_now" },
    });
  });
});

describe("causes", () => {
  test("one that was applied is repeated with the version it made", () => {
    const input = go("a");
    const first = recordOf(run(start(), input));
    const later = moved(first, "b");
    expect(run(later, input)).toEqual({ kind: "repeated", version: 2 });
    expect(run(later, begin("again", [], { cause: first.cause }))).toEqual({ kind: "repeated", version: 2 });
  });

  test("messages between flows are taken again, the machine decides", () => {
    const input = go("a", [], { cause: { id: "send-1", kind: "flow", principal: "orchestrator" } });
    const first = recordOf(run(start(), input));
    expect(run(first, input)).toMatchObject({ kind: "moved", record: { version: 3 } });
  });

  test("an id is its sender's own: another's message, or a timer, is not taken for it", () => {
    const mine = go("a");
    const first = recordOf(run(start(), mine));
    const theirs = go("b", [], { cause: { ...mine.cause, principal: "manager" } });
    expect(run(first, theirs)).toMatchObject({ kind: "moved" });
    expect(run(first, go("b", [], { cause: { ...mine.cause, kind: "result" } }))).toMatchObject({
      kind: "moved",
    });
  });

  test("only the latest 32 are kept", () => {
    const first = go("a");
    let record = recordOf(run(start(), first));
    for (let n = 0; n < 40; n += 1) record = moved(record, `s${n}`);
    expect(record.causes).toHaveLength(32);
    expect(record.causes.at(-1)?.[1]).toBe(record.version);
    expect(run(record, first)).toMatchObject({ kind: "moved" });
  });
});

describe("commands", () => {
  test("are named by flow, version and place, for the worker of their verb", () => {
    const next = run(
      start(),
      go("a", [ask(), { type: "command", command: "developer.merge", input: { n: 1 } }]),
    );
    expect(next).toMatchObject({
      commands: [
        { id: "ticket.T-0001.2.1", to: { worker: "manager" }, verb: "manager.triage" },
        { id: "ticket.T-0001.2.2", to: { worker: "developer" }, verb: "developer.merge", input: { n: 1 } },
      ],
    });
    expect(recordOf(next).pending).toHaveLength(2);
  });

  test("an event for another flow is pending like a command", () => {
    const lane = { kind: "deploy", id: "shop" } as const;
    const next = recordOf(
      run(start(), go("a", [{ type: "send", to: lane, event: { type: "deploy.request" } }])),
    );
    expect(next.pending).toEqual([
      { id: "ticket.T-0001.2.1", to: { flow: lane }, verb: "flow.send", input: { type: "deploy.request" } },
    ]);
  });

  test("stay pending over events that have nothing to do with them, until their result", () => {
    const waiting = moved(start(), "a", [ask()]);
    const noted = moved(waiting, "a");
    expect(noted.pending.map(({ id }) => id)).toEqual(["ticket.T-0001.2.1"]);
    expect(moved(noted, "b", [], result("ticket.T-0001.2.1")).pending).toEqual([]);
  });

  test("forget drops what was pending before, not what comes after", () => {
    const waiting = moved(start(), "a", [ask()]);
    const left = moved(waiting, "b", [{ type: "forget" }, ask()]);
    expect(left.pending.map(({ id }) => id)).toEqual(["ticket.T-0001.3.1"]);
  });

  test("a result of one that is not pending is late", () => {
    expect(run(start(), go("a", [], result("ticket.T-0001.9.1")))).toMatchObject({
      kind: "refused",
      error: { code: "result_late" },
    });
  });
});

describe("claims", () => {
  const waiting = () => moved(start(), "a", [ask()]);
  const id = "ticket.T-0001.2.1";

  test("give the command a holder with the version as lease", () => {
    const held = moved(waiting(), "working", [], claim(id, "dev-1"));
    expect(held.pending[0]?.holder).toEqual({ instance: "dev-1", lease: 3 });
  });

  test("another instance's result is refused, the holder's is taken", () => {
    const held = moved(waiting(), "working", [], claim(id, "dev-1"));
    expect(run(held, go("b", [], result(id, "dev-2")))).toMatchObject({
      kind: "refused",
      error: { code: "lease_lost" },
    });
    expect(run(held, go("b", [], result(id, "dev-1")))).toMatchObject({ kind: "moved" });
  });

  test("two claims decided on the same state: the second is refused", () => {
    const held = moved(waiting(), "working", [], claim(id, "dev-1"));
    expect(run(held, go("x", [], claim(id, "dev-2")))).toMatchObject({
      kind: "refused",
      error: { code: "command_held", retryable: true },
    });
  });

  test("a take-over names the lease it replaces", () => {
    const held = moved(waiting(), "working", [], claim(id, "dev-1"));
    const taken = moved(held, "working", [], claim(id, "dev-2", 3));
    expect(taken.pending[0]?.holder).toEqual({ instance: "dev-2", lease: 4 });
    expect(run(taken, go("b", [], result(id, "dev-1")))).toMatchObject({ error: { code: "lease_lost" } });
  });
});

describe("timers", () => {
  test("are set with version and due time", () => {
    const next = run(start(), go("a", [timer("t", 500)]), 2_000);
    expect(next).toMatchObject({ timers: { set: [{ name: "t", dueAtMs: 2_500 }], cancelled: [] } });
    expect(recordOf(next).timers).toEqual({
      t: { version: 2, dueAtMs: 2_500, event: { type: "go", to: "t" } },
    });
  });

  test("one that is cancelled goes, and is told to the bus only where it was set before", () => {
    const set = moved(start(), "a", [timer("t", 500)]);
    expect(
      run(
        set,
        go("b", [
          { type: "cancel", name: "t" },
          { type: "cancel", name: "never" },
        ]),
      ),
    ).toMatchObject({
      timers: { set: [], cancelled: [{ name: "t", dueAtMs: 1_500 }] },
      record: { timers: {} },
    });
  });

  test("set and cancelled in one step leaves nothing, cancelled and set again leaves the new one", () => {
    const set = moved(start(), "a", [timer("t", 500)]);
    const renewed = run(set, go("b", [{ type: "cancel", name: "t" }, timer("t", 900)]), 3_000);
    expect(renewed).toMatchObject({
      timers: { set: [{ name: "t", dueAtMs: 3_900 }], cancelled: [] },
      record: { timers: { t: { version: 3 } } },
    });
    expect(run(start(), go("b", [timer("u", 1), { type: "cancel", name: "u" }]))).toMatchObject({
      timers: { set: [], cancelled: [] },
      record: { timers: {} },
    });
  });

  test("a fired one counts only while this version of it is set", () => {
    const set = moved(start(), "a", [timer("t", 500)]);
    const fired = (version: number) => go("late", [], { timer: { name: "t", version } });
    expect(run(set, fired(2))).toMatchObject({ kind: "moved" });
    expect(run(set, fired(1))).toMatchObject({ kind: "refused", error: { code: "timer_stale" } });
    const gone = moved(set, "b", [{ type: "cancel", name: "t" }]);
    expect(run(gone, fired(2))).toMatchObject({ kind: "refused", error: { code: "timer_stale" } });
  });
});

describe("machine versions", () => {
  const both = createRegistry([createToyFlow(1), createToyFlow(2)]);

  test("a new flow begins with the newest, an old one goes on with its own", () => {
    const old = start();
    const next = recordOf(step(both, old, go("a"), 0));
    expect(next.machine).toBe(1);
    expect(next.snapshot.context).toMatchObject({ made: 1 });
    expect(recordOf(step(both, undefined, begin("new"), 0)).machine).toBe(2);
  });

  test("a flow of a newer program is left alone", () => {
    const newer = recordOf(step(both, undefined, begin("new"), 0));
    expect(() => run(newer, go("a"))).toThrow(
      expect.objectContaining({ code: "machine_unknown", retryable: false }),
    );
  });
});
