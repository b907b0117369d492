import { headers as createHeaders, type MsgHdrs } from "@nats-io/nats-core";
import { unavailable, type DockfraError } from "../kernel/errors.ts";
import type { Wire } from "./connection.ts";
import { hasCode } from "./faults.ts";

/** Refusals of the server that we tell apart. */
export const errorCodes = {
  wrongLastSequence: 10071,
  /** What a lost race is called on R3. */
  wrongLastSequenceReplicated: 10164,
  streamNotFound: 10059,
  consumerNotFound: 10014,
  noMessage: 10037,
} as const;

/** Where a stored message went. */
export interface PubAck {
  readonly stream: string;
  readonly seq: number;
  readonly duplicate?: boolean;
  readonly batch?: string;
  readonly count?: number;
}

/** What the server said no to, by its own number. */
export interface Refusal {
  readonly errCode: number;
  readonly description: string;
}

/** What the server answered: the value, or its refusal. */
export type ApiAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

/** The JetStream API as requests and answers, without a client between: its refusals stay visible. */
export interface JetStreamApi {
  /** Calls `<prefix>.<operation>`; a refusal comes back as a value. @throws bus_down, timed_out, no_responder */
  call<T>(operation: string, body?: unknown, timeoutMs?: number): Promise<ApiAnswer<T>>;
  /** Publishes into a stream. @throws stream_missing, bus_down, timed_out */
  store(
    subject: string,
    body: Uint8Array | string,
    headers?: MsgHdrs,
    timeoutMs?: number,
  ): Promise<{ ok: true; ack: PubAck } | { ok: false; refusal: Refusal }>;
}

/** Makes headers from pairs. */
export function toHeaders(pairs: Readonly<Record<string, string>>): MsgHdrs {
  const result = createHeaders();
  for (const [name, value] of Object.entries(pairs)) result.append(name, value);
  return result;
}

/** Makes an error of a refusal that no code path expects. */
export function refused(what: string, { errCode, description }: Refusal): DockfraError {
  return unavailable(
    "bus_refused",
    `The bus refused ${what}: ${description} (${errCode}). See "dockfra bus doctor".`,
    {
      params: { what, description, errCode },
    },
  );
}

/** A stream that should be there is not: it was lost and is made again when an orchestrator connects. */
export function streamMissing(subject: string): DockfraError {
  return unavailable(
    "stream_missing",
    `No stream takes ${subject} now. It is made again as soon as an orchestrator runs.`,
    { params: { subject } },
  );
}

interface RawAnswer {
  error?: { code: number; err_code?: number; description?: string };
}

function toRefusal(error: NonNullable<RawAnswer["error"]>): Refusal {
  return { errCode: error.err_code ?? error.code, description: error.description ?? "" };
}

/** Speaks to JetStream under a prefix: `$JS.API` in CORE, {@link workerApiPrefix} elsewhere. */
export function createJetStreamApi(wire: Wire, prefix = "$JS.API"): JetStreamApi {
  return {
    async call<T>(operation: string, body?: unknown, timeoutMs?: number) {
      const message = await wire.request(
        `${prefix}.${operation}`,
        body === undefined ? "" : JSON.stringify(body),
        timeoutMs ? { timeoutMs } : {},
      );
      const value = message.json<RawAnswer>();
      return value.error ? { ok: false, refusal: toRefusal(value.error) } : { ok: true, value: value as T };
    },
    async store(subject, body, headers, timeoutMs) {
      try {
        const message = await wire.request(subject, body, {
          ...(headers ? { headers } : {}),
          ...(timeoutMs ? { timeoutMs } : {}),
        });
        const value = message.json<RawAnswer & PubAck>();
        return value.error ? { ok: false, refusal: toRefusal(value.error) } : { ok: true, ack: value };
      } catch (error) {
        throw hasCode(error, "no_responder") ? streamMissing(subject) : error;
      }
    },
  };
}
