import type { Clock } from "../kernel/clock.ts";
import { newId } from "../kernel/ids.ts";
import { FlowRecord, FlowRef } from "../messages/flow.ts";
import type { AppendOptions, AppendResult, FlowLog, StoredRecord } from "../ports/flow-log.ts";
import { createDedupe } from "./dedupe.ts";
import { encode, parseMessage } from "../codec.ts";

const keyOf = (ref: FlowRef): string => `${ref.kind}.${ref.id}`;

/** Makes an empty log; it is shared by all connections of one memory bus. */
export function createMemoryFlowLog(clock: Clock): FlowLog {
  const bodies: string[] = [];
  const seqsOf = new Map<string, number[]>();
  const dedupe = createDedupe(clock);
  const storeId = newId();
  const waiting = new Set<() => void>();
  const read = (seq: number): FlowRecord => JSON.parse(bodies[seq - 1] ?? "null") as FlowRecord;

  /** Resolves at the next append or when the signal ends. */
  const nextAppend = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = () => {
        waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      waiting.add(done);
      signal.addEventListener("abort", done, { once: true });
    });

  return {
    async append(record: FlowRecord, { expectedSeq, dedupeId }: AppendOptions): Promise<AppendResult> {
      const body = encode(parseMessage(FlowRecord, record, "flow record"), "flow record");
      parseMessage(FlowRef, { kind: record.kind, id: record.id }, "flow record");
      const seqs = seqsOf.get(keyOf(record)) ?? [];
      // A server looks at the expected sequence first: one's own repeated append is stale, not a duplicate.
      if ((seqs.at(-1) ?? 0) !== expectedSeq) return { ok: false, reason: "stale" };
      const first = dedupeId === undefined ? undefined : dedupe.find(dedupeId);
      if (first !== undefined) return { ok: false, reason: "duplicate", seq: first };
      const seq = bodies.push(body);
      seqs.push(seq);
      seqsOf.set(keyOf(record), seqs);
      if (dedupeId !== undefined) dedupe.remember(dedupeId, seq);
      for (const wake of [...waiting]) wake();
      return { ok: true, seq };
    },
    async last(ref) {
      const seq = seqsOf.get(keyOf(ref))?.at(-1);
      return seq === undefined ? undefined : { seq, record: read(seq) };
    },
    async at(seq) {
      return seq >= 1 && seq <= bodies.length ? { seq, record: read(seq) } : undefined;
    },
    async history(ref, { afterVersion, limit }) {
      const newer = (seqsOf.get(keyOf(ref)) ?? []).map(read).filter(({ version }) => version > afterVersion);
      return { records: newer.slice(0, limit), more: newer.length > limit };
    },
    async extent() {
      return { firstSeq: bodies.length > 0 ? 1 : 0, lastSeq: bodies.length, storeId };
    },
    async *follow(fromSeq, signal): AsyncIterable<StoredRecord> {
      let seq = Math.max(1, fromSeq);
      while (!signal.aborted) {
        if (seq <= bodies.length) {
          yield { seq, record: read(seq) };
          seq++;
        } else {
          await nextAppend(signal);
        }
      }
    },
  };
}
