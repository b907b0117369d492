import { describe, expect, test } from "vitest";
import { newId } from "../../../bus/kernel/ids.ts";
import type { CoreBus } from "../../../bus/ports/bus.ts";
import type { AppendResult, StoredRecord } from "../../../bus/ports/flow-log.ts";
import { useBus, type BusFactory } from "./harness.ts";
import { createInbox } from "./inbox.ts";
import { newFlow, recordOf } from "./samples.ts";

function seqOf(result: AppendResult): number {
  if (!result.ok) throw new Error(`The append was refused: ${result.reason}.`);
  return result.seq;
}

const append = async (core: CoreBus, ref = newFlow(), version = 1, expectedSeq = 0) =>
  seqOf(await core.flows.append(recordOf(ref, version), { expectedSeq }));

/** The contract of the flow log. */
export function flowLogContract(factory: BusFactory): void {
  describe("flow log", () => {
    const bus = useBus(factory);

    test("gives back the record that was appended, whole", async () => {
      const core = await bus.core();
      const ref = newFlow();
      const record = recordOf(ref, 1, "naïve 🚀 \u0000 end");
      const seq = seqOf(await core.flows.append(record, { expectedSeq: 0 }));
      expect(await core.flows.at(seq)).toEqual({ seq, record });
      expect(await core.flows.last(ref)).toEqual({ seq, record });
    });

    test("knows nothing of a flow that never was", async () => {
      const core = await bus.core();
      expect(await core.flows.last(newFlow())).toBeUndefined();
      expect(await core.flows.at(1_000_000)).toBeUndefined();
      expect(await core.flows.history(newFlow(), { afterVersion: 0, limit: 10 })).toEqual({
        records: [],
        more: false,
      });
    });

    test("refuses a record that does not fit its schema", async () => {
      const core = await bus.core();
      const broken = { ...recordOf(newFlow()), version: 0 };
      await expect(core.flows.append(broken, { expectedSeq: 0 })).rejects.toMatchObject({
        kind: "invalid_input",
      });
      const astray = recordOf({ kind: "ticket", id: "a.b" });
      await expect(core.flows.append(astray, { expectedSeq: 0 })).rejects.toMatchObject({
        kind: "invalid_input",
      });
    });

    test("takes the next record only from who knows the last", async () => {
      const core = await bus.core();
      const ref = newFlow();
      const first = await append(core, ref);
      expect(await core.flows.append(recordOf(ref, 2), { expectedSeq: 0 })).toEqual({
        ok: false,
        reason: "stale",
      });
      expect(await core.flows.append(recordOf(ref, 2), { expectedSeq: first + 1 })).toEqual({
        ok: false,
        reason: "stale",
      });
      const second = await append(core, ref, 2, first);
      expect(second).toBeGreaterThan(first);
      expect((await core.flows.last(ref))?.record.version).toBe(2);
    });

    test("lets exactly one of many rivals win", async () => {
      const [one, two] = [await bus.core(), await bus.core()];
      const ref = newFlow();
      const rivals = Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? one : two).flows.append(recordOf(ref, 1, `${n}`), { expectedSeq: 0 }),
      );
      const results = await Promise.all(rivals);
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      expect(results.filter((result) => !result.ok && result.reason === "stale")).toHaveLength(19);
    });

    test("refuses a second record with the same dedupe id, whatever its flow", async () => {
      const core = await bus.core();
      const [ref, dedupeId] = [newFlow(), newId()];
      const seq = seqOf(await core.flows.append(recordOf(ref), { expectedSeq: 0, dedupeId }));
      const duplicate = { ok: false, reason: "duplicate", seq };
      expect(await core.flows.append(recordOf(ref, 2), { expectedSeq: seq, dedupeId })).toEqual(duplicate);
      expect(await core.flows.append(recordOf(newFlow()), { expectedSeq: 0, dedupeId })).toEqual(duplicate);
      expect((await core.flows.last(ref))?.record.version).toBe(1);
    });

    test("does not remember the dedupe id of a stale append", async () => {
      const core = await bus.core();
      const [ref, dedupeId] = [newFlow(), newId()];
      const first = await append(core, ref);
      expect(await core.flows.append(recordOf(ref, 2), { expectedSeq: 0, dedupeId })).toEqual({
        ok: false,
        reason: "stale",
      });
      expect(await core.flows.append(recordOf(ref, 2), { expectedSeq: first, dedupeId })).toMatchObject({
        ok: true,
      });
    });

    test("keeps 200 concurrent appends in order, and the stale one among them alone is refused", async () => {
      const core = await bus.core();
      const refs = Array.from({ length: 200 }, newFlow);
      const seqs = await Promise.all(refs.map((ref) => append(core, ref)));
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      expect(new Set(seqs).size).toBe(200);

      const again = await Promise.all(
        refs.map((ref, n) =>
          core.flows.append(recordOf(ref, 2), { expectedSeq: n === 77 ? 0 : (seqs[n] ?? 0) }),
        ),
      );
      expect(again.flatMap(({ ok }, n) => (ok ? [] : [n]))).toEqual([77]);
      for (const n of [0, 77, 199]) {
        expect((await core.flows.last(refs[n] ?? newFlow()))?.record).toMatchObject({
          id: refs[n]?.id,
          version: n === 77 ? 1 : 2,
        });
      }
    });

    test("pages through a history", async () => {
      const core = await bus.core();
      const ref = newFlow();
      let seq = 0;
      for (let version = 1; version <= 5; version++) {
        seq = await append(core, ref, version, seq);
        await append(core);
      }
      const versions = async (afterVersion: number, limit: number) => {
        const { records, more } = await core.flows.history(ref, { afterVersion, limit });
        return { versions: records.map(({ version }) => version), more };
      };
      expect(await versions(0, 2)).toEqual({ versions: [1, 2], more: true });
      expect(await versions(2, 2)).toEqual({ versions: [3, 4], more: true });
      expect(await versions(4, 2)).toEqual({ versions: [5], more: false });
      expect(await versions(0, 5)).toEqual({ versions: [1, 2, 3, 4, 5], more: false });
      expect(await versions(5, 2)).toEqual({ versions: [], more: false });
    });

    test("follows from a sequence: first the past, then what comes, without gap or double", async () => {
      const [core, reader] = [await bus.core(), await bus.core()];
      const past: number[] = [];
      for (let n = 0; n < 10; n++) past.push(await append(core));
      const seen = createInbox<StoredRecord>();
      const follow = async () => {
        for await (const stored of reader.flows.follow(past[3] ?? 0, bus.signal)) seen.add(stored);
      };
      bus.run(follow());
      const live = await Promise.all(Array.from({ length: 50 }, () => append(core)));
      await seen.atLeast(7);
      const later = await append(core);
      await seen.first(({ seq }) => seq === later);
      expect(seen.items.map(({ seq }) => seq)).toEqual([...past.slice(3), ...live, later]);
      expect(seen.items.at(-1)).toEqual(await core.flows.at(later));
    });

    test("ends a follow with its signal", async () => {
      const core = await bus.core();
      const seq = await append(core);
      const end = new AbortController();
      const seen: number[] = [];
      for await (const stored of core.flows.follow(seq, end.signal)) {
        seen.push(stored.seq);
        end.abort();
      }
      expect(seen).toEqual([seq]);
    });

    test("tells its extent and which store it is", async () => {
      const [one, two] = [await bus.core(), await bus.core()];
      const seq = await append(one);
      const extent = await two.flows.extent();
      expect(extent.firstSeq).toBeGreaterThan(0);
      expect(extent.lastSeq).toBe(seq);
      expect(extent.storeId).toMatch(/./);
      expect((await one.flows.extent()).storeId).toBe(extent.storeId);
    });
  });
}
