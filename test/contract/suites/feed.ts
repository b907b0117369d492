import { describe, expect, test } from "vitest";
import { newId } from "../../../bus/kernel/ids.ts";
import type { Heartbeat } from "../../../bus/messages/commands.ts";
import type { FeedEntry, FeedItem } from "../../../bus/messages/feed.ts";
import type { FeedWatcher, FeedWriter } from "../../../bus/ports/feed.ts";
import { useBus, type BusFactory } from "./harness.ts";
import { createInbox } from "./inbox.ts";
import { feedEntry } from "./samples.ts";

/** The contract of the feed and of heartbeats: live, without promise of delivery. */
export function feedContract(factory: BusFactory): void {
  describe("feed", () => {
    const bus = useBus(factory);

    /** Watches, and resolves once entries come through. */
    const watch = async (watcher: FeedWatcher, probe: FeedWriter) => {
      const [seen, probed] = [createInbox<FeedEntry>(), createInbox<FeedEntry>()];
      const text = `probe ${newId()}`;
      bus.run(
        watcher.watchFeed(
          (entry) => (entry.text?.startsWith("probe") ? probed : seen).add(entry),
          bus.signal,
        ),
      );
      const arrived = () => {
        probe.tell(feedEntry("orchestrator", text));
        return probed.items.some((entry) => entry.text === text);
      };
      await expect.poll(arrived, { timeout: 30_000 }).toBe(true);
      return seen;
    };

    test("shows what is told to everyone who watches", async () => {
      const [core, monitor] = [await bus.core(), await bus.worker("monitor", "mon-1")];
      const forOperator = await watch(await bus.client("operator"), core);
      const forCore = await watch(core, core);
      const entry = feedEntry("monitor", newId());
      monitor.tell(entry);
      for (const seen of [forOperator, forCore])
        expect(await seen.first(({ text }) => text === entry.text)).toEqual(entry);
    });

    test("never throws at the teller, and loses what is no entry or another's", async () => {
      const [core, developer] = [await bus.core(), await bus.worker("developer", "dev-1")];
      const seen = await watch(await bus.client("manager"), core);
      developer.tell({} as FeedEntry);
      developer.tell({ ...feedEntry("developer", "x"), params: { big: 1n } } as never);
      developer.tell(feedEntry("manager", "forged"));
      const good = feedEntry("developer", newId());
      developer.tell(good);
      await seen.first(({ text }) => text === good.text);
      expect(seen.items).toEqual([good]);
    });

    test("is not for those that may not watch", async () => {
      const host = await bus.client("host");
      await expect(host.watchFeed(() => undefined, bus.signal)).rejects.toMatchObject({
        kind: "denied",
        code: "not_allowed",
      });
    });

    test("can be read from a sequence on", async () => {
      const core = await bus.core();
      const run = newId();
      for (let n = 0; n < 5; n++) core.tell(feedEntry("orchestrator", `${run} ${n}`));
      const read = async (sinceSeq: number, limit: number) => {
        const { items } = await core.readFeed({ sinceSeq, limit });
        return items.filter(({ text }) => text?.startsWith(run));
      };
      await expect.poll(async () => (await read(0, 1_000)).length, { timeout: 30_000 }).toBe(5);
      const all = await read(0, 1_000);
      const seqs = all.map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      expect(all.map(({ text }) => text)).toEqual([0, 1, 2, 3, 4].map((n) => `${run} ${n}`));
      expect(await read(seqs[1] ?? 0, 2)).toEqual(all.slice(2, 4) satisfies FeedItem[]);
      const { items, lastSeq } = await core.readFeed({ sinceSeq: seqs[4] ?? 0, limit: 10 });
      expect(items).toEqual([]);
      expect(lastSeq).toBeGreaterThanOrEqual(seqs[4] ?? 0);
    });

    test("stops calling a watcher whose signal ended", async () => {
      const core = await bus.core();
      const end = new AbortController();
      const seen = createInbox<FeedEntry>();
      const watching = core.watchFeed((entry) => seen.add(entry), end.signal);
      end.abort();
      await watching;
      const { length } = seen.items;
      const others = await watch(await bus.client("operator"), core);
      core.tell(feedEntry("orchestrator", "last"));
      await others.first(({ text }) => text === "last");
      expect(seen.items).toHaveLength(length);
    });
  });

  describe("heartbeats", () => {
    const bus = useBus(factory);

    test("come from workers and orchestrators to those that watch", async () => {
      const [core, other, developer] = [
        await bus.core(),
        await bus.core(),
        await bus.worker("developer", "dev-1"),
      ];
      const beats = createInbox<Heartbeat>();
      bus.run(core.watchHeartbeats((beat) => beats.add(beat), bus.signal));
      const ofDeveloper = {
        part: "developer",
        instance: "dev-1",
        pid: 7,
        atMs: 1_700_000_000_000,
        running: ["c-1", "c-2"],
      };
      const ofOther = {
        part: "orchestrator",
        instance: "core-2",
        pid: 8,
        atMs: 1_700_000_000_000,
        running: [],
      };
      const arrived = () => {
        developer.beat(ofDeveloper);
        other.beat(ofOther);
        return new Set(beats.items.map(({ instance }) => instance)).size;
      };
      await expect.poll(arrived, { timeout: 30_000 }).toBe(2);
      expect(beats.items.find(({ part }) => part === "developer")).toEqual(ofDeveloper);
      expect(beats.items.find(({ part }) => part === "orchestrator")).toEqual(ofOther);
    });

    test("cannot be forged for another part, and never throw", async () => {
      const [core, developer] = [await bus.core(), await bus.worker("developer", "dev-1")];
      const beats = createInbox<Heartbeat>();
      bus.run(core.watchHeartbeats((beat) => beats.add(beat), bus.signal));
      const own = { part: "developer", instance: "dev-1", pid: 7, atMs: 1, running: [] };
      const arrived = () => {
        developer.beat({ ...own, part: "monitor" });
        developer.beat({ ...own, pid: "none" } as unknown as Heartbeat);
        developer.beat(own);
        return beats.items.length > 1;
      };
      await expect.poll(arrived, { timeout: 30_000 }).toBe(true);
      expect(new Set(beats.items.map(({ part, pid }) => `${part} ${pid}`))).toEqual(new Set(["developer 7"]));
    });
  });
}
