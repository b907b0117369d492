import { toErrorInfo } from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import type { FeedItem } from "../../bus/messages/feed.ts";
import type { ClientBus } from "../../bus/ports/bus.ts";

/** The kept feed, read once for all who follow it. */
export interface FeedHub {
  /** Sequence of the newest item that is known here. */
  readonly lastSeq: number;
  /** Items after a sequence in batches, then live ones until the signal; no gap, no double, ever rising. */
  follow(sinceSeq: number, signal: AbortSignal): AsyncGenerator<readonly FeedItem[]>;
  /** The newest items, oldest first. */
  latest(limit: number): Promise<FeedItem[]>;
  /** Items after a sequence, at most so many. */
  page(sinceSeq: number, limit: number): Promise<FeedItem[]>;
  /** Calls back with each batch that is read, from the first one on; must not throw. */
  listen(onItems: (items: readonly FeedItem[]) => void): void;
  /** Resolves when the first read is done. */
  readonly ready: Promise<void>;
}

export interface FeedHubOptions {
  readonly bus: Pick<ClientBus, "ask" | "watchFeed" | "onReady">;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Items kept in memory, so that a page that comes back reads them from here. */
const keptItems = 2_000;
const pageSize = 1_000;
/** An entry is told a moment before it can be read; what comes in that time is read at once. */
const settleMs = 10;
const retryMs = 20;
const retries = 8;
const idlePollMs = 5_000;

/** Starts to follow the feed: a live entry wakes it, what counts is read from the log after the last sequence. */
export function createFeedHub({ bus, log, signal }: FeedHubOptions): FeedHub {
  let cursor = 0;
  // every item after the floor and up to the cursor is in here
  let floor = 0;
  let recent: FeedItem[] = [];
  // counts the stores: a new one numbers its items anew
  let store = 0;
  let told = 0;
  const listeners: ((items: readonly FeedItem[]) => void)[] = [];
  const ready = Promise.withResolvers<void>();
  const [wakeups, changes] = [createBell(), createBell()];

  function take(items: readonly FeedItem[]): void {
    if (items.length === 0) return;
    recent.push(...items);
    for (const listener of listeners) listener(items);
    if (recent.length <= 2 * keptItems) return;
    recent = recent.slice(-keptItems);
    floor = (recent[0]?.seq ?? 1) - 1;
  }

  /** Reads everything after the cursor; gives how many items came. */
  async function readOn(): Promise<number> {
    let count = 0;
    for (;;) {
      const { items, lastSeq } = await bus.ask("feed.list", { sinceSeq: cursor, limit: pageSize });
      const last = items.at(-1)?.seq;
      if (last === undefined && lastSeq < cursor) {
        [cursor, floor, recent, store] = [0, 0, [], store + 1];
        continue;
      }
      if (last === undefined && lastSeq === cursor) return count;
      cursor = last ?? Math.min(lastSeq, cursor + pageSize);
      count += items.length;
      take(items);
      changes.ring();
    }
  }

  /** Begins near the end: what is older is read when somebody asks for it. */
  async function begin(): Promise<void> {
    const { lastSeq } = await bus.ask("feed.list", { limit: 1 });
    cursor = floor = Math.max(0, lastSeq - keptItems);
    recent = [];
    for (let last: number | undefined = cursor; last !== undefined && last < lastSeq;) {
      const next: { readonly items: readonly FeedItem[] } = await bus.ask("feed.list", {
        sinceSeq: last,
        limit: pageSize,
      });
      take(next.items);
      last = next.items.at(-1)?.seq;
      cursor = last ?? lastSeq;
    }
  }

  async function run(): Promise<void> {
    await untilDone(begin);
    ready.resolve();
    let tries = 0;
    while (!signal.aborted) {
      if (tries > 0) await pause(retryMs);
      else await wakeups.next(signal);
      await pause(settleMs);
      let count = 0;
      await untilDone(async () => {
        count = await readOn();
      });
      told = Math.max(0, told - count);
      tries = told > 0 && tries < retries ? tries + 1 : 0;
      if (tries === 0) told = 0;
    }
  }

  async function untilDone(work: () => Promise<void>): Promise<void> {
    for (let waitMs = 100; !signal.aborted; waitMs = Math.min(2_000, waitMs * 2)) {
      try {
        return await work();
      } catch (error) {
        log.debug({ code: toErrorInfo(error).code }, "the feed could not be read");
        await pause(waitMs);
      }
    }
  }

  // an entry that was told while the connection was away is found by this
  const poll = setInterval(() => wakeups.ring(), idlePollMs);
  signal.addEventListener(
    "abort",
    () => {
      clearInterval(poll);
      ready.resolve();
    },
    { once: true },
  );
  bus.onReady(() => wakeups.ring());
  const watching = bus.watchFeed(() => {
    told += 1;
    wakeups.ring();
  }, signal);
  void watching.catch((error: unknown) => log.error({ err: error }, "the feed cannot be watched"));
  void run();

  async function page(sinceSeq: number, limit: number): Promise<FeedItem[]> {
    if (sinceSeq >= floor) return recent.filter(({ seq }) => seq > sinceSeq).slice(0, limit);
    const { items } = await bus.ask("feed.list", { sinceSeq, limit });
    return items;
  }

  return {
    get lastSeq() {
      return cursor;
    },
    ready: ready.promise,
    listen: (listener) => void listeners.push(listener),
    page,
    latest: async (limit) => {
      const own = recent.slice(-limit);
      if (own.length >= limit || floor === 0) return own;
      const { items } = await bus.ask("feed.list", { sinceSeq: Math.max(0, cursor - limit), limit });
      return items;
    },
    async *follow(sinceSeq, until) {
      await ready.promise;
      const ended = AbortSignal.any([until, signal]);
      // a number beyond the end is from a store that is gone
      let at = sinceSeq > cursor ? 0 : sinceSeq;
      let from = store;
      while (!ended.aborted) {
        if (from !== store) [at, from] = [0, store];
        const end = cursor;
        if (at >= end) {
          await changes.next(ended);
          continue;
        }
        const items = (await page(at, pageSize)).filter(({ seq }) => seq <= end);
        // where nothing is kept any more up to the end of a page, it goes on behind it
        at = items.at(-1)?.seq ?? (at < floor ? Math.min(end, at + pageSize) : end);
        if (items.length > 0 && from === store) yield items;
      }
    },
  };
}

/** Wakes all who wait; a ring that nobody waits for is kept for the next one. */
function createBell() {
  const waiting = new Set<() => void>();
  let kept = false;
  return {
    ring(): void {
      kept = waiting.size === 0;
      for (const resolve of waiting) resolve();
      waiting.clear();
    },
    next(signal: AbortSignal): Promise<void> {
      if (kept || signal.aborted) {
        kept = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const done = (): void => {
          waiting.delete(done);
          signal.removeEventListener("abort", done);
          resolve();
        };
        waiting.add(done);
        signal.addEventListener("abort", done, { once: true });
      });
    },
  };
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
