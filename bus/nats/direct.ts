import type { Msg } from "@nats-io/nats-core";
import { newId } from "../kernel/ids.ts";
import type { Wire } from "./connection.ts";
import { busDown, hasCode, timedOut } from "./faults.ts";
import { errorCodes, refused, streamMissing, type JetStreamApi } from "./jetstream-api.ts";

/** A message as a stream keeps it. */
export interface Stored {
  readonly seq: number;
  readonly subject: string;
  readonly data: Uint8Array;
  readonly header: (name: string) => string;
}

export interface RangeOptions {
  readonly fromSeq: number;
  readonly limit: number;
  /** Only messages of this subject or pattern. */
  readonly subject?: string;
}

export interface StreamState {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly messages: number;
  readonly deleted: number;
  /** When the stream was made: another time is another store. */
  readonly created: string;
}

/** Reads single messages and ranges of one stream. */
export interface StreamReader {
  last(subject: string): Promise<Stored | undefined>;
  at(seq: number): Promise<Stored | undefined>;
  /** As {@link StreamReader.last}, from the leader: never behind an acknowledged write. */
  lastOfLeader(subject: string): Promise<Stored | undefined>;
  range(options: RangeOptions): AsyncIterable<Stored>;
  state(): Promise<StreamState>;
}

const statusNotFound = 404;
const statusEndOfBatch = 204;
const statusNoResponder = 503;
const pageSize = 256;
const pageTimeoutMs = 10_000;

function toStored(message: Msg): Stored | undefined {
  const { headers } = message;
  if (!headers || headers.code === statusNotFound) return undefined;
  return {
    seq: Number(headers.get("Nats-Sequence")),
    subject: headers.get("Nats-Subject"),
    data: message.data,
    header: (name) => headers.get(name),
  };
}

/** Makes the reader of one stream. */
export function createStreamReader(wire: Wire, api: JetStreamApi, stream: string): StreamReader {
  const direct = async (subject: string, body: string): Promise<Stored | undefined> => {
    try {
      return toStored(await wire.request(subject, body));
    } catch (error) {
      throw hasCode(error, "no_responder") ? streamMissing(stream) : error;
    }
  };
  return {
    last: (subject) => direct(`$JS.API.DIRECT.GET.${stream}.${subject}`, ""),
    at: (seq) => direct(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify({ seq })),
    async lastOfLeader(subject) {
      const answer = await api.call<{ message: { seq: number; subject: string; data?: string } }>(
        `STREAM.MSG.GET.${stream}`,
        {
          last_by_subj: subject,
        },
      );
      if (answer.ok) {
        const { message } = answer.value;
        return {
          seq: message.seq,
          subject: message.subject,
          data: Buffer.from(message.data ?? "", "base64"),
          header: () => "",
        };
      }
      if (answer.refusal.errCode === errorCodes.noMessage) return undefined;
      if (answer.refusal.errCode === errorCodes.streamNotFound) throw streamMissing(stream);
      throw refused(stream, answer.refusal);
    },
    async *range({ fromSeq, limit, subject }) {
      let [seq, left] = [fromSeq, limit];
      while (left > 0) {
        const page = await readPage(wire, stream, {
          seq,
          batch: Math.min(left, pageSize),
          ...(subject ? { next_by_subj: subject } : {}),
        });
        yield* page;
        const last = page.at(-1);
        if (!last || last.header("Nats-Num-Pending") === "0") return;
        seq = last.seq + 1;
        left -= page.length;
      }
    },
    async state() {
      const answer = await api.call<{
        created: string;
        state: { first_seq: number; last_seq: number; messages: number; num_deleted?: number };
      }>(`STREAM.INFO.${stream}`);
      if (!answer.ok)
        throw answer.refusal.errCode === errorCodes.streamNotFound
          ? streamMissing(stream)
          : refused(stream, answer.refusal);
      const { state, created } = answer.value;
      return {
        firstSeq: state.messages === 0 ? 0 : state.first_seq,
        lastSeq: state.last_seq,
        messages: state.messages,
        deleted: state.num_deleted ?? 0,
        created,
      };
    },
  };
}

interface PageRequest {
  readonly seq: number;
  readonly batch: number;
  readonly next_by_subj?: string;
}

function readPage(wire: Wire, stream: string, request: PageRequest): Promise<Stored[]> {
  return new Promise((resolve, reject) => {
    if (!wire.isUp()) throw busDown(wire.servers);
    const page: Stored[] = [];
    const inbox = `${wire.inboxPrefix}.${newId()}`;
    const finish = (error?: Error): void => {
      clearTimeout(timer);
      unhook();
      if (!wire.nc.isClosed()) subscription.unsubscribe();
      if (error) reject(error);
      else resolve(page);
    };
    const timer = setTimeout(() => finish(timedOut(stream, pageTimeoutMs)), pageTimeoutMs);
    const unhook = wire.onChange(() => finish(busDown(wire.servers)));
    const subscription = wire.nc.subscribe(inbox, {
      callback: (error, message) => {
        if (error) return finish(error);
        const code = message.headers?.code ?? 0;
        if (code === statusEndOfBatch || code === statusNotFound) return finish();
        if (code === statusNoResponder) return finish(streamMissing(stream));
        const stored = toStored(message);
        if (stored && code === 0) page.push(stored);
        else finish(refused(stream, { errCode: code, description: message.headers?.description ?? "" }));
      },
    });
    wire.publish(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify(request), { reply: inbox });
  });
}
