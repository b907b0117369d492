import type { Msg, MsgHdrs, NatsConnection } from "@nats-io/nats-core";
import { newId } from "../kernel/ids.ts";
import { timedOut, noResponder } from "./faults.ts";
import type { Outbox } from "./outbox.ts";

const sweepEveryMs = 100;

export interface RequestOptions {
  readonly headers?: MsgHdrs;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Requests over one subscription, with one coarse sweep instead of a timer each. */
export interface Requests {
  /** @throws timed_out, no_responder, or what {@link Requests.rejectAll} was given */
  request(subject: string, body: Uint8Array | string, options: RequestOptions): Promise<Msg>;
  /** Ends every open request, such as when the connection is lost. */
  rejectAll(error: Error): void;
  /** Ends the requests on one subject that the server refused. */
  rejectSubject(subject: string, error: Error): void;
  close(): void;
}

interface Open {
  readonly subject: string;
  readonly timeoutMs: number;
  readonly dueAtMs: number;
  resolve(message: Msg): void;
  reject(error: Error): void;
}

/** Makes the request side of one connection; its replies come below the inbox prefix. */
export function createRequests(nc: NatsConnection, outbox: Outbox, inboxPrefix: string): Requests {
  const inbox = `${inboxPrefix}.${newId()}.`;
  const open = new Map<string, Open>();
  let counter = 0;
  let sweep: NodeJS.Timeout | undefined;

  const subscription = nc.subscribe(`${inbox}*`, {
    callback: (error, message) => {
      if (error) return;
      const token = message.subject.slice(inbox.length);
      const request = open.get(token);
      if (!request) return;
      open.delete(token);
      if (message.data.length === 0 && message.headers?.code === 503)
        request.reject(noResponder(request.subject));
      else request.resolve(message);
    },
  });

  function sweepNow(): void {
    const nowMs = performance.now();
    for (const [token, request] of open) {
      if (request.dueAtMs > nowMs) continue;
      open.delete(token);
      request.reject(timedOut(request.subject, request.timeoutMs));
    }
    if (open.size === 0) stopSweep();
  }
  function stopSweep(): void {
    clearInterval(sweep);
    sweep = undefined;
  }

  return {
    request(subject, body, { headers, timeoutMs, signal }) {
      return new Promise<Msg>((resolve, reject) => {
        signal?.throwIfAborted();
        const token = (counter++).toString(36);
        const entry: Open = { subject, timeoutMs, dueAtMs: performance.now() + timeoutMs, resolve, reject };
        outbox.publish(subject, body, { reply: inbox + token, ...(headers ? { headers } : {}) });
        open.set(token, entry);
        sweep ??= setInterval(sweepNow, sweepEveryMs);
        if (signal) {
          const onAbort = (): void => {
            if (open.delete(token)) reject(signal.reason as Error);
          };
          signal.addEventListener("abort", onAbort, { once: true });
          const unhook = (): void => signal.removeEventListener("abort", onAbort);
          entry.resolve = (message) => (unhook(), resolve(message));
          entry.reject = (error) => (unhook(), reject(error));
        }
      });
    },
    rejectAll(error) {
      const all = [...open.values()];
      open.clear();
      stopSweep();
      for (const request of all) request.reject(error);
    },
    rejectSubject(subject, error) {
      for (const [token, request] of open) {
        if (request.subject !== subject) continue;
        open.delete(token);
        request.reject(error);
      }
    },
    close() {
      stopSweep();
      subscription.unsubscribe();
    },
  };
}
