import { PassThrough } from "node:stream";
import type { FastifyReply } from "fastify";

/** Server-Sent Events to one client. */
export interface EventStream {
  /** Aborted when the client is gone or the gateway ends. */
  readonly signal: AbortSignal;
  /** Sends one event; waits while the client is slow. */
  send(event: { readonly id: number; readonly data: unknown }): Promise<void>;
  end(): void;
}

const heartbeatMs = 15_000;

/** Begins a stream of events on a reply; it ends with the credential that it was asked for with. */
export function openEventStream(reply: FastifyReply, gatewaySignal: AbortSignal): EventStream {
  const gone = new AbortController();
  const signal = AbortSignal.any([gone.signal, gatewaySignal]);
  const out = new PassThrough();
  const { visitor } = reply.request;
  const heartbeat = setInterval(() => {
    out.write(": heartbeat\n\n");
    void Promise.resolve(visitor?.isValid() ?? false).then((valid) => valid || end(), end);
  }, heartbeatMs);
  const end = (): void => {
    clearInterval(heartbeat);
    gone.abort();
    out.end();
  };
  reply.raw.once("close", end);
  gatewaySignal.addEventListener("abort", end, { once: true, signal: gone.signal });
  reply.header("content-type", "text/event-stream; charset=utf-8");
  reply.header("cache-control", "no-store");
  reply.header("x-accel-buffering", "no");
  out.write("retry: 1000\n\n");
  void reply.send(out);
  return {
    signal,
    async send({ id, data }) {
      if (signal.aborted || out.write(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`)) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          out.off("drain", done);
          signal.removeEventListener("abort", done);
          resolve();
        };
        out.once("drain", done);
        signal.addEventListener("abort", done, { once: true });
      });
    },
    end,
  };
}
