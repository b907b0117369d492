import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { unavailable } from "../../bus/kernel/errors.ts";
import { silentLogger } from "../../bus/kernel/log.ts";
import type { FeedEntry, FeedItem } from "../../bus/messages/feed.ts";
import { createFeedHub, type FeedHub, type FeedHubOptions } from "../../gateway/feed/hub.ts";

/** A kept feed whose faults a test chooses. */
class Store {
  items: FeedItem[] = [];
  lastSeq = 0;
  isDown = false;
  /** How long a told entry cannot be read yet. */
  lagMs = 0;
  reads = 0;
  tell: (entry: FeedEntry) => void = () => undefined;
  ready: () => void = () => undefined;

  add(count: number, { quietly = false } = {}): void {
    for (let n = 0; n < count; n += 1) {
      const seq = (this.lastSeq += 1);
      const item: FeedItem = {
        source: "developer",
        kind: "log",
        atMs: seq,
        code: "tests_output",
        params: {},
        seq,
      };
      if (this.lagMs === 0) this.items.push(item);
      else setTimeout(() => this.items.push(item), this.lagMs);
      if (!quietly) this.tell(item);
    }
  }

  bus(): FeedHubOptions["bus"] {
    const list = async ({ sinceSeq = 0, limit = 200 }: { sinceSeq?: number; limit?: number }) => {
      this.reads += 1;
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (this.isDown) throw unavailable("orchestrator_down", "Nobody answers.");
      return {
        items: this.items.filter(({ seq }) => seq > sinceSeq).slice(0, limit),
        lastSeq: this.items.at(-1)?.seq ?? 0,
      };
    };
    return {
      ask: ((_verb: string, input: object) => list(input)) as unknown as FeedHubOptions["bus"]["ask"],
      onReady: (listener) => {
        this.ready = listener;
      },
      watchFeed: (onEntry, signal) => {
        this.tell = onEntry;
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      },
    };
  }
}

let end: AbortController;
let store: Store;
const open = (): FeedHub => createFeedHub({ bus: store.bus(), log: silentLogger, signal: end.signal });

beforeEach(() => {
  end = new AbortController();
  store = new Store();
});
afterEach(() => end.abort());

/** Follows until there are so many. */
async function take(hub: FeedHub, since: number, count: number): Promise<number[]> {
  const stop = new AbortController();
  const seen: number[] = [];
  for await (const items of hub.follow(since, stop.signal)) {
    seen.push(...items.map(({ seq }) => seq));
    if (seen.length >= count) break;
  }
  stop.abort();
  return seen;
}
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe("the feed hub", () => {
  test("gives what was, then what comes", async () => {
    store.add(5);
    const hub = open();
    const taking = take(hub, 2, 6);
    await hub.ready;
    store.add(3);
    expect(await taking).toEqual(range(3, 8));
    expect(hub.lastSeq).toBe(8);
  });

  test("reads far back from the log, near the end from memory", async () => {
    store.add(10_000, { quietly: true });
    const hub = open();
    await hub.ready;
    const before = store.reads;
    expect((await hub.latest(100)).map(({ seq }) => seq)).toEqual(range(9_901, 10_000));
    expect(store.reads).toBe(before);
    expect(await take(hub, 0, 10_000)).toEqual(range(1, 10_000));
    expect((await hub.page(3, 2)).map(({ seq }) => seq)).toEqual([4, 5]);
    expect((await hub.latest(5_000)).map(({ seq }) => seq)).toEqual(range(5_001, 10_000));
  });

  test("waits for an entry that is told before it can be read", async () => {
    const hub = open();
    await hub.ready;
    store.lagMs = 60;
    const taking = take(hub, 0, 1);
    const startMs = performance.now();
    store.add(1);
    expect(await taking).toEqual([1]);
    expect(performance.now() - startMs).toBeLessThan(400);
  });

  test("many who follow cost one reading, and a burst few", async () => {
    const hub = open();
    await hub.ready;
    const before = store.reads;
    const all = Promise.all(range(1, 50).map(() => take(hub, 0, 500)));
    for (let n = 0; n < 50; n += 1) store.add(10);
    for (const seen of await all) expect(seen).toEqual(range(1, 500));
    expect(store.reads - before).toBeLessThan(20);
  });

  test("finds what was told while the connection was away, as soon as it is back", async () => {
    const hub = open();
    await hub.ready;
    const taking = take(hub, 0, 3);
    store.isDown = true;
    store.add(3, { quietly: true });
    setTimeout(() => {
      store.isDown = false;
      store.ready();
    }, 50);
    expect(await taking).toEqual([1, 2, 3]);
  });

  test("begins although nobody answers at first", async () => {
    store.isDown = true;
    store.add(2, { quietly: true });
    const hub = open();
    setTimeout(() => (store.isDown = false), 150);
    expect(await take(hub, 0, 2)).toEqual([1, 2]);
  });

  test("a store that was made anew is followed from its beginning", async () => {
    store.add(20);
    const hub = open();
    const stop = new AbortController();
    const seen: number[] = [];
    const following = (async () => {
      for await (const items of hub.follow(18, stop.signal)) seen.push(...items.map(({ seq }) => seq));
    })();
    await expect.poll(() => seen).toEqual([19, 20]);
    store.items = [];
    store.lastSeq = 0;
    store.add(3);
    await expect.poll(() => seen, { timeout: 7_000 }).toEqual([19, 20, 1, 2, 3]);
    expect(await take(hub, 5_000, 3)).toEqual([1, 2, 3]);
    stop.abort();
    await following;
  });

  test("items that were dropped by age are passed over", async () => {
    store.add(5_000, { quietly: true });
    store.items = store.items.slice(4_990);
    const hub = open();
    expect(await take(hub, 0, 10)).toEqual(range(4_991, 5_000));
  });

  test("a follower who goes, or the end of all, ends the loop", async () => {
    const hub = open();
    const stop = new AbortController();
    const one = take(hub, 0, 1).catch(() => "x");
    const other = (async () => {
      for await (const items of hub.follow(0, stop.signal)) expect(items).toEqual([]);
      return "ended";
    })();
    stop.abort();
    expect(await other).toBe("ended");
    end.abort();
    expect(await one).toEqual([]);
  });
});
