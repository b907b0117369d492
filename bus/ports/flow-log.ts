import type { FlowRecord, FlowRef } from "../messages/flow.ts";

/** A record with its place in the log. */
export interface StoredRecord {
  readonly seq: number;
  readonly record: FlowRecord;
}

/**
 * What came of an append. `stale`: another writer was first, reload and decide again.
 * `duplicate`: a record with this dedupe id stands at `seq` already.
 */
export type AppendResult =
  | { readonly ok: true; readonly seq: number }
  | { readonly ok: false; readonly reason: "stale" }
  | { readonly ok: false; readonly reason: "duplicate"; readonly seq: number };

export interface AppendOptions {
  /** Sequence of the flow's last record as the writer knows it; 0 for a new flow. */
  readonly expectedSeq: number;
  /** Refuses a second record with the same id for at least two minutes, whatever its flow. */
  readonly dedupeId?: string;
}

/** Writes flows; resolves once the record is synced to disk. @throws unavailable */
export interface FlowAppender {
  append(record: FlowRecord, options: AppendOptions): Promise<AppendResult>;
}

/** Reads flows. */
export interface FlowReader {
  last(ref: FlowRef): Promise<StoredRecord | undefined>;
  at(seq: number): Promise<StoredRecord | undefined>;
  /** Records of one flow in order, at most `limit` after `afterVersion`. */
  history(
    ref: FlowRef,
    options: { afterVersion: number; limit: number },
  ): Promise<{ records: FlowRecord[]; more: boolean }>;
  /** First and last sequence of the log; 0 and 0 when empty. `storeId` changes when the store was made anew. */
  extent(): Promise<{ firstSeq: number; lastSeq: number; storeId: string }>;
  /** Every record from `fromSeq` on, in order, then live ones until the signal; survives reconnects without gap or double. */
  follow(fromSeq: number, signal: AbortSignal): AsyncIterable<StoredRecord>;
}

export interface FlowLog extends FlowAppender, FlowReader {}
