import type { Clock } from "../kernel/clock.ts";

/** How long a message id is remembered, as on the streams of a NATS server. */
const dedupeWindowMs = 120_000;

/** Remembers ids with a value for the dedupe window. */
export interface Dedupe {
  /** The value that the id was first seen with, where it still is remembered. */
  find(id: string): number | undefined;
  remember(id: string, value: number): void;
  clear(): void;
}

/** Makes an empty memory of ids. */
export function createDedupe(clock: Clock): Dedupe {
  const seen = new Map<string, { value: number; atMs: number }>();
  const forgetOld = () => {
    const oldestMs = clock.nowMs() - dedupeWindowMs;
    for (const [id, { atMs }] of seen) {
      if (atMs >= oldestMs) return;
      seen.delete(id);
    }
  };
  return {
    find(id) {
      forgetOld();
      return seen.get(id)?.value;
    },
    remember(id, value) {
      seen.set(id, { value, atMs: clock.nowMs() });
    },
    clear: () => seen.clear(),
  };
}
