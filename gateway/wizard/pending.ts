import { systemClock, type Clock } from "../../bus/kernel/clock.ts";
import { newId } from "../../bus/kernel/ids.ts";
import type { Actor } from "../../bus/messages/principals.ts";

/** Things that wait for a person's word; a button carries only the id of one. */
export interface Pending<T> {
  keep(what: T): string;
  /** Takes one out, for the person it was kept for and once. */
  take(id: string, actorId: string): T | undefined;
}

const kept = 200;
const keptMs = 600_000;

/** Makes an empty memory; it forgets after ten minutes. */
export function createPending<T extends { readonly actor: Actor }>(clock: Clock = systemClock): Pending<T> {
  const all = new Map<string, { readonly what: T; readonly untilMs: number }>();
  return {
    keep(what) {
      const id = newId();
      all.set(id, { what, untilMs: clock.nowMs() + keptMs });
      const [oldest] = all.keys();
      if (all.size > kept && oldest !== undefined) all.delete(oldest);
      return id;
    },
    take(id, actorId) {
      const found = all.get(id);
      if (found === undefined || found.what.actor.id !== actorId) return undefined;
      all.delete(id);
      return found.untilMs > clock.nowMs() ? found.what : undefined;
    },
  };
}
