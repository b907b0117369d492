/**
 * Waits for work that goes on without us: when the signal comes, only the waiting ends, and a repeat with the same
 * command id finds the work where it is.
 */
export async function waitUnless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void =>
    reject(signal.reason instanceof Error ? signal.reason : new Error("The agent stops."));
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
