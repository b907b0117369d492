import { newId } from "../kernel/ids.ts";
import type { Wire } from "./connection.ts";
import { toHeaders, type JetStreamApi, type PubAck, type Refusal } from "./jetstream-api.ts";

/** From how many waiting appends on an atomic batch pays: it costs about 3 ms of server time whatever its size. */
const smallestBatch = 16;
const largestBatch = 200;
const largestBatchBytes = 8 * 1024 * 1024;

export interface Append {
  readonly subject: string;
  readonly body: Uint8Array;
  readonly expectedSeq: number;
  readonly dedupeId?: string;
}
export type Appended =
  | { readonly ok: true; readonly ack: PubAck }
  | { readonly ok: false; readonly refusal: Refusal };

interface Waiting {
  readonly append: Append;
  resolve(result: Appended): void;
  reject(error: unknown): void;
}

/**
 * Commits appends in groups: one group in flight, the next fills meanwhile. Few go as single publishes, many as one
 * atomic batch; a refused batch, which one stale append is enough for, is replayed as singles.
 */
export interface GroupCommit {
  /** @throws bus_down or timed_out where it is not known whether the append was made */
  submit(append: Append): Promise<Appended>;
}

function headersOf({ expectedSeq, dedupeId }: Append): Record<string, string> {
  return {
    "Nats-Expected-Last-Subject-Sequence": String(expectedSeq),
    ...(dedupeId ? { "Nats-Msg-Id": dedupeId } : {}),
  };
}

/** Makes the group commit of one connection. */
export function createGroupCommit(wire: Wire, api: JetStreamApi): GroupCommit {
  let waiting: Waiting[] = [];
  let flying = false;

  /** Takes what may fly together: each subject once, since a batch checks all expectations against the state before it. */
  function takeGroup(): Waiting[] {
    const [group, rest, subjects] = [[] as Waiting[], [] as Waiting[], new Set<string>()];
    let bytes = 0;
    for (const entry of waiting) {
      const { subject, body } = entry.append;
      const fits =
        group.length < largestBatch && (group.length === 0 || bytes + body.length <= largestBatchBytes);
      if (fits && !subjects.has(subject)) {
        subjects.add(subject);
        bytes += body.length;
        group.push(entry);
      } else rest.push(entry);
    }
    waiting = rest;
    return group;
  }

  async function single({ append, resolve, reject }: Waiting): Promise<void> {
    try {
      resolve(await api.store(append.subject, append.body, toHeaders(headersOf(append))));
    } catch (error) {
      reject(error);
    }
  }

  async function batch(group: readonly Waiting[]): Promise<void> {
    const batchId = newId();
    const last = group.length - 1;
    try {
      const headersAt = (index: number, append: Append): Record<string, string> => ({
        ...headersOf(append),
        "Nats-Batch-Id": batchId,
        "Nats-Batch-Sequence": String(index + 1),
      });
      group.slice(0, last).forEach(({ append }, index) => {
        wire.publish(append.subject, append.body, { headers: toHeaders(headersAt(index, append)) });
      });
      const { append } = group[last] as Waiting;
      const commit = toHeaders({ ...headersAt(last, append), "Nats-Batch-Commit": "1" });
      const result = await api.store(append.subject, append.body, commit, 10_000);
      if (!result.ok) {
        await Promise.all(group.map(single));
        return;
      }
      // a batch takes consecutive sequences, and its ack carries the last one
      const first = result.ack.seq - last;
      group.forEach(({ resolve }, index) =>
        resolve({ ok: true, ack: { stream: result.ack.stream, seq: first + index } }),
      );
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  async function fly(): Promise<void> {
    flying = true;
    // all that is decided in this turn of the loop flies together
    await Promise.resolve();
    while (waiting.length > 0) {
      const group = takeGroup();
      if (group.length < smallestBatch) await Promise.all(group.map(single));
      else await batch(group);
    }
    flying = false;
  }

  return {
    submit(append) {
      return new Promise((resolve, reject) => {
        waiting.push({ append, resolve, reject });
        if (!flying) void fly();
      });
    },
  };
}
