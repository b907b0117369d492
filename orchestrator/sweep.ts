import type { Clock } from "../bus/kernel/clock.ts";
import type { Logger } from "../bus/kernel/log.ts";
import { armAheadMs, type Dispatch } from "./flows/dispatch.ts";
import type { FlowRunner } from "./flows/runner.ts";
import { timerInput } from "./intake/results.ts";
import type { Presence } from "./presence.ts";
import type { FlowPlace, ViewReader } from "./view/reader.ts";

export interface SweepOptions {
  readonly view: ViewReader;
  readonly runner: FlowRunner;
  readonly dispatch: Dispatch;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly log: Logger;
  /** A flow that waits longer than this gets its commands again. */
  readonly patienceMs: number;
}

/** A timer that is this late was lost with its store. */
const timerGraceMs = 5_000;
const maxFlows = 20_000;
const maxBackoffMs = 300_000;

/** Finds what got lost between the log and the work queues, and does it again. */
export function createSweep({ view, runner, dispatch, presence, clock, log, patienceMs }: SweepOptions) {
  const repeats = new Map<string, { count: number; nextAtMs: number }>();

  /** Timers that this orchestrator made scheduled messages of, with when they are due. */
  const armed = new Map<string, number>();

  const keyOf = ({ ref, seq }: FlowPlace): string => `${ref.kind}/${ref.id}/${seq}`;

  /** Notes a look at what a record waits for: after each repeat the next one waits twice as long. */
  function note(place: FlowPlace, nowMs: number, repeated: boolean): void {
    const count = repeats.get(keyOf(place))?.count ?? 0;
    const waitMs = Math.min(patienceMs * 2 ** count, maxBackoffMs);
    repeats.set(keyOf(place), { count: count + (repeated ? 1 : 0), nextAtMs: nowMs + waitMs });
  }

  async function repeat(place: FlowPlace, force: boolean): Promise<number> {
    const now = clock.nowMs();
    if (!force && now < (repeats.get(keyOf(place))?.nextAtMs ?? 0)) return 0;
    const record = (await runner.load(place.ref, place.seq))?.record;
    if (!record || record.snapshot.done) return 0;
    const lost = record.pending.filter(({ id }) => !presence.isRunning(id));
    note(place, now, lost.length > 0);
    if (lost.length > 0) await dispatch.repeat(record, lost, now);
    return lost.length;
  }

  async function fire({ ref, seq }: FlowPlace, beforeMs: number): Promise<void> {
    const record = (await runner.load(ref, seq))?.record;
    const due = Object.entries(record?.timers ?? {}).filter(([, timer]) => timer.dueAtMs <= beforeMs);
    for (const [name, { version }] of due) {
      const input = await timerInput(runner, { flow: ref, name, version });
      if (input) await runner.apply(input);
    }
  }

  async function arm(place: FlowPlace, untilMs: number): Promise<void> {
    const record = (await runner.load(place.ref, place.seq))?.record;
    if (!record) return;
    const near = Object.entries(record.timers).filter(([, { dueAtMs }]) => dueAtMs <= untilMs);
    const fresh = near.filter(
      ([name, { version }]) => !armed.has(`${place.ref.kind}/${place.ref.id}/${name}/${version}`),
    );
    for (const [name, { version, dueAtMs }] of fresh)
      armed.set(`${place.ref.kind}/${place.ref.id}/${name}/${version}`, dueAtMs);
    if (fresh.length > 0)
      await dispatch.arm(
        record,
        fresh.map(([name]) => name),
      );
  }

  return {
    /** One round; `force` repeats everything that nobody has in work, after the work queues were lost. */
    async run({ force }: { force: boolean }): Promise<void> {
      const now = clock.nowMs();
      const waiting = view.waitingSince(force ? now : now - patienceMs, maxFlows);
      let repeated = 0;
      for (const place of waiting) repeated += await repeat(place, force);
      for (const place of view.dueBy(now - timerGraceMs, maxFlows)) await fire(place, now - timerGraceMs);
      for (const place of view.dueBy(now + armAheadMs, maxFlows)) await arm(place, now + armAheadMs);
      if (repeated > 0)
        log.info({ flows: waiting.length, commands: repeated, force }, "repeated pending commands");
      for (const [id, { nextAtMs }] of repeats) if (nextAtMs + maxBackoffMs < now) repeats.delete(id);
      for (const [key, dueAtMs] of armed) if (dueAtMs + timerGraceMs < now) armed.delete(key);
    },
  };
}
