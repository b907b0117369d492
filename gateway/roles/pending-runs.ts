import { systemClock, type Clock } from "../../bus/kernel/clock.ts";
import { newId } from "../../bus/kernel/ids.ts";
import type { RoleRun } from "./runner.ts";

/** Runs that wait for a person's second word; a button carries only the id of one. */
export interface PendingRuns {
  keep(run: RoleRun): string;
  /** Takes one out, for the person it was kept for and once. */
  take(id: string, actorId: string): RoleRun | undefined;
}

const kept = 200;
const keptMs = 600_000;

/** Makes an empty memory; it forgets after ten minutes. */
export function createPendingRuns(clock: Clock = systemClock): PendingRuns {
  const runs = new Map<string, { readonly run: RoleRun; readonly untilMs: number }>();
  return {
    keep(run) {
      const id = newId();
      runs.set(id, { run, untilMs: clock.nowMs() + keptMs });
      const [oldest] = runs.keys();
      if (runs.size > kept && oldest !== undefined) runs.delete(oldest);
      return id;
    },
    take(id, actorId) {
      const found = runs.get(id);
      if (found === undefined || found.run.actor.id !== actorId) return undefined;
      runs.delete(id);
      return found.untilMs > clock.nowMs() ? found.run : undefined;
    },
  };
}
