import type { FeedEntry } from "../../bus/messages/feed.ts";
import type { ClientBus } from "../../bus/ports/bus.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { describeEntry, renderFeedEntry } from "../terminal/feed-line.ts";
import type { Screen } from "../../terminal/screen.ts";

interface LogOptions {
  readonly follow?: boolean;
  readonly limit: number;
}

/** `log`: what happened lately, and with `--follow` what happens from then on. */
export async function log(invocation: Invocation<LogOptions>): Promise<void> {
  const { options, screen, signal } = invocation;
  await withOperator(invocation, async (bus) => {
    const early: FeedEntry[] = [];
    let show = (entry: FeedEntry): unknown => early.push(entry);
    // watch before reading what was, so that nothing falls between
    const watching = options.follow ? bus.watchFeed((entry) => show(entry), signal) : undefined;
    const seen = await readLatest(bus, options.limit);
    for (const entry of seen) printEntry(screen, entry);
    const last = seen.at(-1)?.atMs ?? 0;
    for (const entry of early) if (entry.atMs > last) printEntry(screen, entry);
    show = (entry) => printEntry(screen, entry);
    await watching;
  });
}

/** Prints what happens from now on until the signal. */
export async function followFeed(invocation: Invocation<object>): Promise<void> {
  const { screen, signal } = invocation;
  await withOperator(invocation, (bus) => bus.watchFeed((entry) => printEntry(screen, entry), signal));
}

async function readLatest(bus: ClientBus, limit: number): Promise<FeedEntry[]> {
  const { lastSeq } = await bus.ask("feed.list", { limit: 1 });
  const { items } = await bus.ask("feed.list", { sinceSeq: Math.max(0, lastSeq - limit), limit });
  return items;
}

function printEntry(screen: Screen, entry: FeedEntry): void {
  if (screen.json) screen.data({ ...entry, sentence: describeEntry(entry) });
  else screen.line(renderFeedEntry(screen, entry));
}
