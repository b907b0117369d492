import type { Msg } from "@nats-io/nats-core";
import { invalidInput, toErrorInfo, unavailable, type ErrorInfo } from "../kernel/errors.ts";
import type { Envelope } from "../messages/envelope.ts";
import type { ConsumeOptions, Delivery, Handle } from "../ports/work.ts";
import type { Wire } from "./connection.ts";
import { readPlace } from "./follow.ts";
import { startPuller } from "./puller.ts";

/** How often a message whose handler fails comes again before it is exhausted, and how long it waits in between. */
export interface Retries {
  readonly mostTries: number;
  /** Doubles with each try, up to 30 s. */
  readonly firstPauseMs: number;
}
const patient: Retries = { mostTries: 20, firstPauseMs: 100 };
const longestPauseMs = 30_000;

export interface Letter {
  readonly stream: string;
  readonly subject: string;
  readonly body: Uint8Array;
  readonly error: ErrorInfo;
}

export interface Source<T> {
  readonly wire: Wire;
  readonly apiPrefix: string;
  readonly queues: readonly { readonly stream: string; readonly consumer: string }[];
  /** Reads a message off the wire. @throws what becomes the reason of its dead letter */
  readonly read: (subject: string, body: Uint8Array) => { message: T; envelope: Envelope };
  readonly bury: (letter: Letter) => Promise<void>;
  readonly retries?: Retries;
}

interface InHand {
  readonly message: Msg;
  readonly queue: number;
}

/** Consumes queues until the signal; at most `maxInHand` messages of all of them are with the handler at once. */
export async function consume<T>(
  source: Source<T>,
  { signal, maxInHand }: ConsumeOptions,
  handle: Handle<T>,
): Promise<void> {
  if (signal.aborted) return;
  const { wire, queues } = source;
  const held = queues.map(() => 0);
  const waiting: InHand[] = [];
  const running = new Set<Promise<void>>();

  const pullers = queues.map(({ stream, consumer }, queue) =>
    startPuller({
      wire,
      apiPrefix: source.apiPrefix,
      stream,
      consumer,
      room: () => maxInHand - (held[queue] ?? 0),
      onMessage: (message) => {
        held[queue] = (held[queue] ?? 0) + 1;
        waiting.push({ message, queue });
        start();
      },
    }),
  );

  function start(): void {
    while (running.size < maxInHand) {
      const next = waiting.shift();
      if (!next) return;
      const work: Promise<void> = deliver(
        source,
        next.message,
        queues[next.queue]?.stream ?? "",
        handle,
      ).finally(() => {
        running.delete(work);
        held[next.queue] = (held[next.queue] ?? 1) - 1;
        if (signal.aborted) return;
        start();
        pullers[next.queue]?.more();
      });
      running.add(work);
    }
  }

  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  for (const puller of pullers) puller.stop();
  for (const { message } of waiting.splice(0)) answer(wire, message, wire.serverId(), "-NAK");
  await Promise.all(running);
}

function answer(wire: Wire, message: Msg, serverId: string, text: string): void {
  // after a restart the same ack subject may name another message of a stream that was made anew
  if (!message.reply || !wire.isUp() || wire.serverId() !== serverId) return;
  wire.publish(message.reply, text);
}

async function deliver<T>(source: Source<T>, message: Msg, stream: string, handle: Handle<T>): Promise<void> {
  const { wire, read, bury, retries: { mostTries, firstPauseMs } = patient } = source;
  const serverId = wire.serverId();
  const { tries } = readPlace(message.reply ?? "");
  const reply = (text: string): void => answer(wire, message, serverId, text);
  const nak = (delayMs?: number): void =>
    reply(delayMs ? `-NAK {"delay": ${Math.round(delayMs * 1_000_000)}}` : "-NAK");
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(tries - 1, 10));

  async function buryFor(error: unknown): Promise<void> {
    try {
      await bury({ stream, subject: message.subject, body: message.data, error: toErrorInfo(error) });
      reply("+ACK");
    } catch (cause) {
      wire.log.error(
        { err: cause, subject: message.subject },
        "could not keep a dead letter, it comes again",
      );
      nak(pauseMs);
    }
  }

  let parsed: ReturnType<typeof read>;
  try {
    parsed = read(message.subject, message.data);
  } catch (error) {
    wire.log.warn({ err: error, stream, subject: message.subject }, "buried a message that cannot be read");
    return buryFor(error);
  }
  const delivery: Delivery<T> = { ...parsed, nak, ack: () => reply("+ACK"), working: () => reply("+WPI") };
  try {
    await handle(delivery);
  } catch (error) {
    wire.log.error(
      { err: error, stream, subject: message.subject, tries },
      "a handler failed, its message comes again",
    );
    if (tries < mostTries) return nak(pauseMs);
    const why = error instanceof Error ? error.message : String(error);
    return buryFor(
      unavailable(
        "message_exhausted",
        `It failed ${tries} times, the last time with: ${why}. Mend the cause, then retry it.`,
        {
          params: { tries, why },
          cause: error,
        },
      ),
    );
  }
}

const strict = new TextDecoder("utf-8", { fatal: true });

/** Decodes bytes as JSON. @throws message_invalid */
export function readJson(body: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(strict.decode(body));
  } catch (cause) {
    throw invalidInput("message_invalid", `"${name}" is no JSON. Mend it and send it again.`, {
      params: { name, where: "its bytes", why: "it is no JSON" },
      cause,
    });
  }
}
