import { unavailable } from "../kernel/errors.ts";

export interface WithinOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** What is waited for, for the sentence. */
  readonly name: string;
}

/** Waits for a promise, but no longer than told. @throws unavailable `bus_timeout`; the signal's reason */
export async function within<T>(promise: Promise<T>, { timeoutMs, signal, name }: WithinOptions): Promise<T> {
  const { promise: end, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal?.reason);
  const timeout = setTimeout(() => {
    const params = { name, timeoutMs };
    reject(
      unavailable("bus_timeout", `No answer to ${name} within ${timeoutMs} ms. Try again with the same id.`, {
        params,
      }),
    );
  }, timeoutMs);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(timeout);
    signal?.removeEventListener("abort", onAbort);
  }
}
