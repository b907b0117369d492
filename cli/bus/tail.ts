import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";

/** `bus tail`: the feed as it is, one JSON object a line. */
export async function tail(invocation: Invocation<{ readonly limit?: number }>): Promise<void> {
  const { screen, options, signal } = invocation;
  const enough = new AbortController();
  let count = 0;
  await withOperator(invocation, (bus) =>
    bus.watchFeed(
      (entry) => {
        if (enough.signal.aborted) return;
        screen.data(entry);
        count += 1;
        if (count === options.limit) enough.abort();
      },
      AbortSignal.any([signal, enough.signal]),
    ),
  );
}
