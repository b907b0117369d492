import { isDeepStrictEqual } from "node:util";
import { unavailable, type DockfraError } from "../kernel/errors.ts";
import { tooOld } from "../server/process.ts";
import { isNatsVersionEnough } from "../server/version.ts";
import type { Subjects } from "../subjects.ts";
import type { Wire } from "./connection.ts";
import { errorCodes, refused, type JetStreamApi } from "./jetstream-api.ts";
import {
  declareConsumers,
  declareStreams,
  type ConsumerConfig,
  type DeclareOptions,
  type StreamConfig,
} from "./streams.ts";

/**
 * Makes or updates every stream and consumer, reads each back and compares.
 * @throws nats_server_too_old, bus_differs naming stream and field, bus_down
 */
export async function declareAll(
  wire: Wire,
  api: JetStreamApi,
  subjects: Subjects,
  options: DeclareOptions,
): Promise<void> {
  checkVersion(wire);
  await Promise.all(declareStreams(subjects, options).map((config) => declareStream(api, config)));
  await Promise.all(declareConsumers(subjects, options).map((consumer) => declareConsumer(api, consumer)));
}

/** How many copies of each stream a server can give: 3 in a cluster, else 1. */
export function replicasOf(wire: Wire): number {
  return wire.nc.info?.cluster ? 3 : 1;
}

/** @throws nats_server_too_old */
export function checkVersion(wire: Wire): void {
  const version = wire.nc.info?.version ?? "0.0.0";
  if (!isNatsVersionEnough(version)) throw tooOld(version);
}

interface Described<C> {
  config: C;
}

async function declareStream(api: JetStreamApi, config: StreamConfig): Promise<void> {
  const known = await api.call<Described<StreamConfig>>(`STREAM.INFO.${config.name}`);
  if (known.ok && firstDifference(config, known.value.config) === undefined) return;
  if (!known.ok && known.refusal.errCode !== errorCodes.streamNotFound)
    throw refused(config.name, known.refusal);
  const verb = known.ok ? "UPDATE" : "CREATE";
  const made = await api.call<Described<StreamConfig>>(`STREAM.${verb}.${config.name}`, config);
  // two orchestrators may start at once: what counts is what stands there afterwards
  const read = await api.call<Described<StreamConfig>>(`STREAM.INFO.${config.name}`);
  if (!read.ok) throw refused(config.name, made.ok ? read.refusal : made.refusal);
  verify(config.name, config, read.value.config, made.ok ? undefined : made.refusal.description);
}

async function declareConsumer(api: JetStreamApi, { stream, config }: ConsumerConfig): Promise<void> {
  const name = `${stream}.${config.durable_name}`;
  const made = await api.call<Described<ConsumerConfig["config"]>>(`CONSUMER.CREATE.${name}`, {
    stream_name: stream,
    config,
  });
  const read = await api.call<Described<ConsumerConfig["config"]>>(`CONSUMER.INFO.${name}`);
  if (!read.ok) throw refused(name, made.ok ? read.refusal : made.refusal);
  const { filter_subjects: filters, ...rest } = config;
  verify(name, rest, read.value.config, made.ok ? undefined : made.refusal.description);
  const actual = read.value.config as ConsumerConfig["config"] & { filter_subject?: string };
  const actualFilters = actual.filter_subjects ?? [actual.filter_subject];
  if (!isDeepStrictEqual(actualFilters, filters))
    throw differs(name, "filter_subjects", filters, actualFilters);
}

/** Finds the first field in which what is there differs from what was asked for. */
export function firstDifference(wanted: object, actual: object): string | undefined {
  return Object.entries(wanted).find(
    ([field, value]) => !isDeepStrictEqual((actual as Record<string, unknown>)[field], value),
  )?.[0];
}

function verify(name: string, wanted: object, actual: object, refusal: string | undefined): void {
  const field = firstDifference(wanted, actual);
  if (field === undefined) return;
  const of = (config: object): unknown => (config as Record<string, unknown>)[field];
  throw differs(name, field, of(wanted), of(actual), refusal);
}

function differs(
  name: string,
  field: string,
  wanted: unknown,
  actual: unknown,
  refusal?: string,
): DockfraError {
  const [want, have] = [wanted, actual].map((value) => JSON.stringify(value) ?? "nothing") as [
    string,
    string,
  ];
  const why = refusal ? ` The server says: ${refusal}.` : "";
  return unavailable(
    "bus_differs",
    `${name} has ${field} ${have} where ${want} is needed.${why} Change it on the server, or use another prefix.`,
    { params: { name, field, wanted: want, actual: have }, retryable: false },
  );
}
