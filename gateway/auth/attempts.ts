import { systemClock, type Clock } from "../../bus/kernel/clock.ts";

/** Counts attempts in a sliding window, by who makes them. */
export interface Attempts {
  /** Counts one more; false where there were too many. */
  take(who: string): boolean;
}

const maxKnown = 1_000;

/** Makes such a count; it forgets the oldest of more than a thousand visitors. */
export function createAttempts(
  { max, windowMs }: { readonly max: number; readonly windowMs: number },
  clock: Clock = systemClock,
): Attempts {
  const known = new Map<string, number[]>();
  return {
    take(who) {
      const nowMs = clock.nowMs();
      const recent = (known.get(who) ?? []).filter((atMs) => atMs > nowMs - windowMs);
      known.delete(who);
      known.set(who, recent);
      const [oldest] = known.keys();
      if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
      if (recent.length >= max) return false;
      recent.push(nowMs);
      return true;
    },
  };
}
