import { newId } from "../kernel/ids.ts";
import type { Wire } from "./connection.ts";
import type { Stored } from "./direct.ts";
import { isInDoubt } from "./faults.ts";
import { errorCodes, refused, type JetStreamApi } from "./jetstream-api.ts";
import { startPuller, type Puller } from "./puller.ts";

const window = 500;

export interface FollowOptions {
  readonly wire: Wire;
  readonly api: JetStreamApi;
  readonly stream: string;
  readonly fromSeq: number;
  readonly signal: AbortSignal;
}

/** Where a delivery stands, read from its ack subject: `$JS.ACK.<stream>.<consumer>.<tries>.<seq>.<n>.<time>.<pending>`. */
export function readPlace(reply: string): { tries: number; seq: number; delivered: number } {
  const parts = reply.split(".");
  // newer servers put a domain and an account before the stream
  const first = parts.length > 9 ? 6 : 4;
  const at = (index: number): number => Number(parts[first + index]);
  return { tries: at(0), seq: at(1), delivered: at(2) };
}

/** Yields every message from a sequence on and then live ones; a lost consumer is made again behind the last one seen. */
export async function* follow({ wire, api, stream, fromSeq, signal }: FollowOptions): AsyncGenerator<Stored> {
  let nextSeq = Math.max(1, fromSeq);
  while (!signal.aborted && !wire.nc.isClosed()) {
    try {
      for await (const stored of followOnce({ wire, api, stream, fromSeq: nextSeq, signal })) {
        nextSeq = stored.seq + 1;
        yield stored;
        if (signal.aborted) return;
      }
    } catch (error) {
      if (!isInDoubt(error)) throw error;
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function* followOnce({ wire, api, stream, fromSeq, signal }: FollowOptions): AsyncGenerator<Stored> {
  const name = `follow-${newId()}`;
  const made = await api.call(`CONSUMER.CREATE.${stream}.${name}`, {
    stream_name: stream,
    config: {
      name,
      ack_policy: "none",
      deliver_policy: "by_start_sequence",
      opt_start_seq: fromSeq,
      replay_policy: "instant",
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: 60_000_000_000,
    },
  });
  if (!made.ok) {
    if (made.refusal.errCode === errorCodes.streamNotFound) return;
    throw refused(`following ${stream}`, made.refusal);
  }
  const waiting: Stored[] = [];
  let [broken, expected] = [false, 1];
  let wake: () => void = () => undefined;
  const breakOff = (): void => {
    broken = true;
    wake();
  };
  const puller: Puller = startPuller({
    wire,
    apiPrefix: "$JS.API",
    stream,
    consumer: name,
    room: () => window - waiting.length,
    onMissing: breakOff,
    onMessage: (message) => {
      const { seq, delivered } = readPlace(message.reply ?? "");
      if (broken || delivered !== expected++) return breakOff();
      waiting.push({
        seq,
        subject: message.subject,
        data: message.data,
        header: (key) => message.headers?.get(key) ?? "",
      });
      wake();
    },
  });
  const unhook = wire.onChange(breakOff);
  signal.addEventListener("abort", breakOff, { once: true });
  void wire.closed.then(breakOff);
  try {
    for (;;) {
      let stored: Stored | undefined;
      while ((stored = waiting.shift())) {
        yield stored;
        if (signal.aborted) return;
      }
      if (broken) return;
      puller.more();
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (broken || waiting.length > 0) resolve();
      });
    }
  } finally {
    puller.stop();
    unhook();
    signal.removeEventListener("abort", breakOff);
    if (wire.isUp()) wire.publish(`$JS.API.CONSUMER.DELETE.${stream}.${name}`, "");
  }
}
