import {
  AuthorizationError,
  nkeyAuthenticator,
  PermissionViolationError,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
} from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { denied } from "../kernel/errors.ts";
import type { Logger } from "../kernel/log.ts";
import type { Principal } from "../messages/principals.ts";
import { inboxPrefix } from "../server/accounts.ts";
import { busDenied, busDown, hasCode, tooBig } from "./faults.ts";
import { createOutbox } from "./outbox.ts";
import { createRequests } from "./requests.ts";

export interface ConnectOptions {
  /** URLs of the server or cluster: `nats://127.0.0.1:4222`. */
  readonly servers: string | readonly string[];
  readonly prefix: string;
  readonly principal: Principal;
  readonly seed: string;
  /** Shown in the server's log and lists. */
  readonly name: string;
  readonly log: Logger;
  /** How long the first connection may take; later ones are tried for ever. */
  readonly firstTimeoutMs: number;
}

export interface WireRequestOptions {
  readonly headers?: MsgHdrs;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** One connection with its requests; everything above it speaks through this. */
export interface Wire extends AsyncDisposable {
  readonly nc: NatsConnection;
  readonly principal: Principal;
  readonly inboxPrefix: string;
  readonly servers: string;
  readonly log: Logger;
  readonly closed: Promise<void>;
  isUp(): boolean;
  /** Changes when another server, or the same one after a restart, is at the other end. */
  serverId(): string;
  /** Resolves at once when connected, else when the connection is back. @throws bus_down after the wait */
  whenUp(waitMs: number, signal?: AbortSignal): Promise<void>;
  /** Sends without an answer. @throws bus_down, message_too_large */
  publish(subject: string, body: Uint8Array | string, options?: { headers?: MsgHdrs; reply?: string }): void;
  /** Resolves when the server has all that was published. */
  flush(): Promise<void>;
  /** Resolves when the server has taken all that was published. @throws bus_down after the time */
  reach(timeoutMs: number): Promise<void>;
  /** @throws bus_down, timed_out, no_responder, bus_denied, message_too_large */
  request(subject: string, body: Uint8Array | string, options?: WireRequestOptions): Promise<Msg>;
  /** Calls back on each change: true when connected again, false when lost. */
  onChange(listener: (up: boolean) => void): () => void;
}

const defaultTimeoutMs = 5_000;

/** Opens a connection that reconnects for ever. @throws bus_down, bus_key_refused */
export async function openWire(options: ConnectOptions): Promise<Wire> {
  const { prefix, principal, log } = options;
  const servers = typeof options.servers === "string" ? [options.servers] : [...options.servers];
  const shown = servers.join(", ");
  const inbox = inboxPrefix(prefix, principal);
  const nc = await firstConnection(options, servers, shown, inbox);
  const outbox = createOutbox(nc, log);
  const requests = createRequests(nc, outbox, inbox);
  const listeners = new Set<(up: boolean) => void>();
  let up = true;
  let closing = false;

  function change(next: boolean): void {
    if (up === next) return;
    up = next;
    if (!next) requests.rejectAll(busDown(shown));
    for (const listener of listeners) listener(next);
  }

  async function watchStatus(): Promise<void> {
    for await (const status of nc.status()) {
      if (status.type === "disconnect") {
        if (!closing) log.warn({ server: status.server }, "lost the bus, reconnecting");
        change(false);
      } else if (status.type === "reconnect") {
        log.info({ server: status.server }, "the bus is back");
        change(true);
      } else if (status.type === "error") {
        if (status.error instanceof PermissionViolationError) {
          const { operation, subject } = status.error;
          log.error({ principal, operation, subject }, "the bus refused a subject to this principal");
          requests.rejectSubject(subject, busDenied(principal, subject, status.error));
        } else log.warn({ err: status.error }, "the bus reported an error");
      } else if (status.type === "slowConsumer")
        log.warn({ pending: status.pending }, "this process reads the bus too slowly");
    }
  }
  const watching = watchStatus();
  const closed = nc.closed().then(async () => {
    change(false);
    requests.close();
    await watching;
  });

  function checkSize(subject: string, body: Uint8Array | string): void {
    const limit = nc.info?.max_payload ?? 1_048_576;
    if (body.length * 3 < limit) return;
    const size = typeof body === "string" ? Buffer.byteLength(body) : body.length;
    // headers count too; 4 KiB is more than any of ours
    if (size > limit - 4_096) throw tooBig(subject, size, limit - 4_096);
  }
  function checkUp(): void {
    if (!up || nc.isClosed()) throw busDown(shown);
  }

  return {
    nc,
    principal,
    inboxPrefix: inbox,
    servers: shown,
    log,
    closed,
    isUp: () => up && !nc.isClosed(),
    serverId: () => nc.info?.server_id ?? "",
    whenUp(waitMs, signal) {
      if (up) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const finish = (error?: Error): void => {
          clearTimeout(timer);
          listeners.delete(onChange);
          signal?.removeEventListener("abort", onAbort);
          if (error === undefined) resolve();
          else reject(error);
        };
        const onChange = (next: boolean): void => {
          if (next) finish();
        };
        const onAbort = (): void => finish((signal?.reason as Error | undefined) ?? busDown(shown));
        const timer = setTimeout(() => finish(busDown(shown)), waitMs);
        void closed.then(() => finish(busDown(shown)));
        listeners.add(onChange);
        signal?.addEventListener("abort", onAbort, { once: true });
        if (signal?.aborted) onAbort();
      });
    },
    publish(subject, body, publishOptions) {
      checkUp();
      checkSize(subject, body);
      outbox.publish(subject, body, publishOptions);
    },
    flush() {
      outbox.flush();
      return nc.flush();
    },
    async reach(timeoutMs) {
      checkUp();
      outbox.flush();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(busDown(shown)), timeoutMs);
      });
      try {
        await Promise.race([nc.flush(), late]);
      } catch (error) {
        throw hasCode(error, "bus_down") ? error : busDown(shown, error);
      } finally {
        clearTimeout(timer);
      }
    },
    async request(subject, body, { headers, timeoutMs = defaultTimeoutMs, signal } = {}) {
      checkUp();
      checkSize(subject, body);
      return requests.request(subject, body, {
        timeoutMs,
        ...(headers ? { headers } : {}),
        ...(signal ? { signal } : {}),
      });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async [Symbol.asyncDispose]() {
      closing = true;
      outbox.flush();
      if (up && !nc.isClosed())
        await Promise.race([
          nc.flush().catch(() => undefined),
          new Promise((resolve) => setTimeout(resolve, 1_000).unref()),
        ]);
      requests.rejectAll(busDown(shown));
      await nc.close();
      await closed;
    },
  };
}

async function firstConnection(
  options: ConnectOptions,
  servers: string[],
  shown: string,
  inbox: string,
): Promise<NatsConnection> {
  const { principal, seed, name, firstTimeoutMs } = options;
  const deadline = Date.now() + firstTimeoutMs;
  for (;;) {
    try {
      return await connect({
        servers,
        name,
        authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)),
        inboxPrefix: inbox,
        noAsyncTraces: true,
        timeout: Math.max(500, Math.min(5_000, deadline - Date.now())),
        maxReconnectAttempts: -1,
        reconnectTimeWait: 100,
        reconnectJitter: 200,
        ignoreAuthErrorAbort: true,
        pingInterval: 10_000,
        maxPingOut: 2,
      });
    } catch (error) {
      if (error instanceof AuthorizationError) {
        throw denied(
          "bus_key_refused",
          `The bus at ${shown} refuses the key of ${principal}. Use the keys that its configuration was made from.`,
          {
            params: { principal, servers: shown },
            cause: error,
          },
        );
      }
      if (Date.now() > deadline) throw busDown(shown, error);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
