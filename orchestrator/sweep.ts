import type { Clock } from "../bus/kernel/clock.ts";
import type { Logger } from "../bus/kernel/log.ts";
import type { FlowRecord, FlowRef } from "../bus/messages/flow.ts";
import type { Dispatch } from "./flows/dispatch.ts";
import type { FlowRunner } from "./flows/runner.ts";
import { timerInput } from "./intake/results.ts";
import type { Presence } from "./presence.ts";
import type { ViewReader } from "./view/reader.ts";

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
const maxFlows = 2_000;
const maxBackoffMs = 300_000;

/** Finds what got lost between the log and the work queues, and does it again. */
export function createSweep({ view, runner, dispatch, presence, clock, log, patienceMs }: SweepOptions) {
  const repeats = new Map<string, { count: number; nextAtMs: number }>();

  /** Whether it is time to repeat this command; each repeat waits twice as long as the one before. */
  function isDue(id: string, nowMs: number): boolean {
    const before = repeats.get(id) ?? { count: 0, nextAtMs: 0 };
    if (nowMs < before.nextAtMs) return false;
    const waitMs = Math.min(patienceMs * 2 ** before.count, maxBackoffMs);
    repeats.set(id, { count: before.count + 1, nextAtMs: nowMs + waitMs });
    return true;
  }

  async function repeat(ref: FlowRef, force: boolean): Promise<number> {
    const record = (await runner.load(ref))?.record;
    if (!record || record.snapshot.done) return 0;
    const now = clock.nowMs();
    const lost = record.pending.filter(({ id }) => !presence.isRunning(id) && (force || isDue(id, now)));
    if (lost.length > 0) await dispatch.repeat(record, lost, now);
    return lost.length;
  }

  async function fire(ref: FlowRef, beforeMs: number): Promise<void> {
    const record: FlowRecord | undefined = (await runner.load(ref))?.record;
    const due = Object.entries(record?.timers ?? {}).filter(([, timer]) => timer.dueAtMs <= beforeMs);
    for (const [name, { version }] of due) {
      const input = await timerInput(runner, { flow: ref, name, version });
      if (input) await runner.apply(input);
    }
  }

  return {
    /** One round; `force` repeats everything that nobody has in work, after the work queues were lost. */
    async run({ force }: { force: boolean }): Promise<void> {
      const now = clock.nowMs();
      const waiting = view.waitingSince(force ? now : now - patienceMs, maxFlows);
      let repeated = 0;
      for (const ref of waiting) repeated += await repeat(ref, force);
      for (const ref of view.overdue(now - timerGraceMs, maxFlows)) await fire(ref, now - timerGraceMs);
      if (repeated > 0) log.info({ flows: waiting.length, commands: repeated, force }, "repeated pending commands");
      for (const [id, { nextAtMs }] of repeats) if (nextAtMs + maxBackoffMs < now) repeats.delete(id);
    },
  };
}
export type Sweep = ReturnType<typeof createSweep>;
