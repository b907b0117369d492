import { notFound } from "../../bus/kernel/errors.ts";
import { createJetStreamApi, type ApiAnswer } from "../../bus/nats/jetstream-api.ts";
import { declareConsumers, declareStreams } from "../../bus/nats/streams.ts";
import { createSubjects } from "../../bus/subjects.ts";
import type { Invocation } from "../invocation.ts";
import { findBus } from "../place/connection.ts";
import { formatBytes } from "../../terminal/size.ts";
import { alignRows } from "../../terminal/table.ts";
import { openWireAs } from "./wire.ts";

/** Part of what the server tells of a stream; more comes along. */
export interface StreamInfo {
  readonly config: {
    readonly name: string;
    readonly retention: string;
    readonly storage: string;
    readonly num_replicas: number;
  };
  readonly state: {
    readonly messages: number;
    readonly bytes: number;
    readonly first_seq: number;
    readonly last_seq: number;
  };
}

interface ConsumerInfo {
  readonly stream_name: string;
  readonly name: string;
  readonly num_pending: number;
  readonly num_ack_pending: number;
  readonly num_redelivered: number;
  readonly num_waiting: number;
}

const settings = { replicas: 1, ackWaitMs: 30_000 };

/** `bus streams`: exit code 6 where one is missing. */
export async function streams(invocation: Invocation<object>): Promise<number> {
  const place = await findBus(invocation);
  await using wire = await openWireAs("orchestrator", place);
  const api = createJetStreamApi(wire);
  const names = declareStreams(createSubjects(place.prefix), settings).map(({ name }) => name);
  const found = await Promise.all(
    names.map(async (name) => ({ name, info: await api.call<StreamInfo>(`STREAM.INFO.${name}`) })),
  );
  return show(invocation, "streams", found, ({ state, config }) => [
    `${state.messages} messages`,
    formatBytes(state.bytes),
    config.storage,
    config.retention,
  ]);
}

/** `bus consumers`: exit code 6 where one is missing. @throws `stream_unknown` */
export async function consumers(invocation: Invocation<object>, stream?: string): Promise<number> {
  const place = await findBus(invocation);
  await using wire = await openWireAs("orchestrator", place);
  const api = createJetStreamApi(wire);
  const wanted = declareConsumers(createSubjects(place.prefix), settings).filter(
    (consumer) =>
      stream === undefined || consumer.stream === stream || consumer.stream === `${place.prefix}-${stream}`,
  );
  if (stream !== undefined && wanted.length === 0) throw streamUnknown(stream, place.prefix);
  const found = await Promise.all(
    wanted.map(async ({ stream: of, config }) => ({
      name: `${of}.${config.durable_name}`,
      info: await api.call<ConsumerInfo>(`CONSUMER.INFO.${of}.${config.durable_name}`),
    })),
  );
  return show(invocation, "consumers", found, (info) => [
    `${info.num_pending} wait`,
    `${info.num_ack_pending} in work`,
    `${info.num_redelivered} again`,
    `${info.num_waiting} pulls`,
  ]);
}

function show<T>(
  { screen }: Invocation<object>,
  what: "streams" | "consumers",
  found: readonly { readonly name: string; readonly info: ApiAnswer<T> }[],
  cells: (info: T) => readonly string[],
): number {
  const missing = found.filter(({ info }) => !info.ok).map(({ name }) => name);
  if (screen.json)
    screen.data({
      ok: missing.length === 0,
      [what]: found.flatMap(({ info }) => (info.ok ? [info.value] : [])),
      missing,
    });
  else {
    const rows = found.map(({ name, info }) =>
      info.ok ? [screen.paint("bold", name), ...cells(info.value)] : [name, screen.paint("red", "missing")],
    );
    for (const line of alignRows(rows)) screen.line(line);
  }
  return missing.length === 0 ? 0 : 6;
}

function streamUnknown(stream: string, prefix: string): Error {
  return notFound(
    "stream_unknown",
    `No stream "${stream}" of the prefix ${prefix} has consumers. See: dockfra bus consumers`,
    { params: { stream, prefix } },
  );
}
