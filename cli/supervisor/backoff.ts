export interface Backoff {
  /** How long to wait before the next start, and counts it. */
  nextDelayMs(): number;
  /** The part has run well for long enough: begin anew. */
  reset(): void;
}

/** Waits that double from a quarter of a second up to half a minute. */
export function createBackoff({
  firstMs = 250,
  maxMs = 30_000,
}: { firstMs?: number; maxMs?: number } = {}): Backoff {
  let delayMs = firstMs;
  return {
    nextDelayMs: () => {
      const current = delayMs;
      delayMs = Math.min(maxMs, delayMs * 2);
      return current;
    },
    reset: () => {
      delayMs = firstMs;
    },
  };
}
