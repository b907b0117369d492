import { FlowRecord, FlowRef } from "../messages/flow.ts";
import { encode, parseMessage } from "../codec.ts";
import type { AppendOptions, AppendResult, FlowLog, StoredRecord } from "../ports/flow-log.ts";
import type { Subjects } from "../subjects.ts";
import type { Wire } from "./connection.ts";
import { createStreamReader, type Stored } from "./direct.ts";
import { isInDoubt } from "./faults.ts";
import { follow } from "./follow.ts";
import { createGroupCommit, type Append, type Appended } from "./group-commit.ts";
import { errorCodes, refused, type JetStreamApi } from "./jetstream-api.ts";

/** How long an append goes on over lost connections before it gives up. */
const appendPatienceMs = 30_000;
const retryPauseMs = 100;
/** How many of its own records a writer knows again when it reads them. */
const knownRecords = 1_000;

const decoder = new TextDecoder();

interface OwnRecord {
  readonly body: Uint8Array;
  readonly record: FlowRecord;
}

/** Keeps flows in the FLOWS stream: one message is one record. */
export function createFlowLog(wire: Wire, api: JetStreamApi, subjects: Subjects): FlowLog {
  const stream = subjects.streams.flows;
  const reader = createStreamReader(wire, api, stream);
  const commit = createGroupCommit(wire, api);

  const own = new Map<number, OwnRecord>();
  /** Those not acknowledged yet, by subject: who follows the log may read one before its ack comes. */
  const flying = new Map<string, OwnRecord>();

  function toRecord({ seq, subject, data }: Stored): StoredRecord {
    const known = own.get(seq) ?? flying.get(subject);
    // the same sequence of another store is another record
    if (known && Buffer.compare(known.body, data) === 0) return { seq, record: known.record };
    return { seq, record: parseMessage(FlowRecord, JSON.parse(decoder.decode(data)), `flow record ${seq}`) };
  }

  function remember(seq: number, record: OwnRecord): void {
    own.set(seq, record);
    for (const oldest of own.keys()) {
      if (own.size <= knownRecords) break;
      own.delete(oldest);
    }
  }

  /** After a lost ack: whether the record is there, was overtaken, or has to be sent again. */
  async function settle(append: Append): Promise<AppendResult | "again"> {
    const last = await reader.lastOfLeader(append.subject);
    if (last && Buffer.compare(last.data, append.body) === 0) return { ok: true, seq: last.seq };
    return (last?.seq ?? 0) === append.expectedSeq ? "again" : { ok: false, reason: "stale" };
  }

  async function judge(result: Appended, append: Append, inDoubt: boolean): Promise<AppendResult> {
    if (result.ok) {
      const { seq, duplicate } = result.ack;
      if (!duplicate) return { ok: true, seq };
      const stands = inDoubt ? await reader.at(seq) : undefined;
      return stands && Buffer.compare(stands.data, append.body) === 0
        ? { ok: true, seq }
        : { ok: false, reason: "duplicate", seq };
    }
    const { errCode } = result.refusal;
    if (errCode !== errorCodes.wrongLastSequence && errCode !== errorCodes.wrongLastSequenceReplicated)
      throw refused(append.subject, result.refusal);
    if (!inDoubt) return { ok: false, reason: "stale" };
    const settled = await settle(append);
    return settled === "again" ? { ok: false, reason: "stale" } : settled;
  }

  async function fly(append: Append, record: FlowRecord, inDoubt: boolean): Promise<AppendResult> {
    const mine = { body: append.body, record };
    flying.set(append.subject, mine);
    try {
      const result = await judge(await commit.submit(append), append, inDoubt);
      if (result.ok) remember(result.seq, mine);
      return result;
    } finally {
      if (flying.get(append.subject) === mine) flying.delete(append.subject);
    }
  }

  return {
    async append(record: FlowRecord, { expectedSeq, dedupeId }: AppendOptions) {
      const parsed = parseMessage(FlowRecord, record, "flow record");
      parseMessage(FlowRef, { kind: parsed.kind, id: parsed.id }, "flow record");
      const append: Append = {
        subject: subjects.flow(parsed),
        body: Buffer.from(encode(parsed, "flow record")),
        expectedSeq,
        ...(dedupeId ? { dedupeId } : {}),
      };
      const deadline = Date.now() + appendPatienceMs;
      for (let inDoubt = false; ; inDoubt = true) {
        try {
          if (inDoubt) {
            await wire.whenUp(Math.max(0, deadline - Date.now()));
            const settled = await settle(append);
            if (settled !== "again") return settled;
          }
          return await fly(append, parsed, inDoubt);
        } catch (error) {
          if (!isInDoubt(error) || Date.now() >= deadline || wire.nc.isClosed()) throw error;
          await new Promise((resolve) => setTimeout(resolve, retryPauseMs));
        }
      }
    },
    async last(ref: FlowRef) {
      const stored = await reader.last(subjects.flow(ref));
      return stored && toRecord(stored);
    },
    async at(seq) {
      const stored = await reader.at(seq);
      return stored && toRecord(stored);
    },
    async history(ref, { afterVersion, limit }) {
      const records: FlowRecord[] = [];
      // versions count from 1 without gaps, so the place of a record follows from its version
      const range = reader.range({
        fromSeq: 1,
        limit: afterVersion + limit + 1,
        subject: subjects.flow(ref),
      });
      for await (const stored of range) {
        const { record } = toRecord(stored);
        if (record.version > afterVersion) records.push(record);
      }
      return { records: records.slice(0, limit), more: records.length > limit };
    },
    async extent() {
      const { firstSeq, lastSeq, created } = await reader.state();
      return { firstSeq, lastSeq, storeId: created };
    },
    async *follow(fromSeq, signal) {
      for await (const stored of follow({ wire, api, stream, fromSeq, signal })) yield toRecord(stored);
    },
  };
}
