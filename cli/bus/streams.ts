import { notFound } from "../../bus/kernel/errors.ts";
import { createJetStreamApi } from "../../bus/nats/jetstream-api.ts";
import { declareConsumers, declareStreams } from "../../bus/nats/streams.ts";
import { createSubjects } from "../../bus/subjects.ts";
import type { Invocation } from "../invocation.ts";
import { findBus } from "../place/connection.ts";
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
  const { screen } = invocation;
  const place = await findBus(invocation);
  await using wire = await openWireAs("orchestrator", place);
  const api = createJetStreamApi(wire);
  const names = declareStreams(createSubjects(place.prefix), settings).map(({ name }) => name);
  const found = await Promise.all(
    names.map(async (name) => ({ name, info: await api.call<StreamInfo>(`STREAM.INFO.${name}`) })),
  );
  const missing = found.filter(({ info }) => !info.ok).map(({ name }) => name);
  if (screen.json)
    screen.data({
      ok: missing.length === 0,
      streams: found.flatMap(({ info }) => (info.ok ? [info.value] : [])),
      missing,
    });
  else {
    const rows = found.map(({ name, info }) =>
      info.ok
        ? [
            screen.paint("bold", name),
            `${info.value.state.messages} messages`,
            formatBytes(info.value.state.bytes),
            info.value.config.storage,
            info.value.config.retention,
          ]
        : [name, screen.paint("red", "missing")],
    );
    for (const line of alignRows(rows)) screen.line(line);
  }
  return missing.length === 0 ? 0 : 6;
}

/** `bus consumers`: exit code 6 where one is missing. @throws `stream_unknown` */
export async function consumers(invocation: Invocation<object>, stream?: string): Promise<number> {
  const { screen } = invocation;
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
  const missing = found.filter(({ info }) => !info.ok).map(({ name }) => name);
  if (screen.json)
    screen.data({
      ok: missing.length === 0,
      consumers: found.flatMap(({ info }) => (info.ok ? [info.value] : [])),
      missing,
    });
  else {
    const rows = found.map(({ name, info }) =>
      info.ok
        ? [
            screen.paint("bold", name),
            `${info.value.num_pending} wait`,
            `${info.value.num_ack_pending} in work`,
            `${info.value.num_redelivered} again`,
            `${info.value.num_waiting} pulls`,
          ]
        : [name, screen.paint("red", "missing")],
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

/** Writes a number of bytes with a unit: `512 B`, `1.2 KB`, `3.4 MB`. */
export function formatBytes(sizeBytes: number): string {
  if (sizeBytes < 1_000) return `${sizeBytes} B`;
  if (sizeBytes < 1_000_000) return `${(sizeBytes / 1_000).toFixed(1)} KB`;
  return `${(sizeBytes / 1_000_000).toFixed(1)} MB`;
}
