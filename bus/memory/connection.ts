import { unavailable } from "../kernel/errors.ts";
import type { Connected } from "../ports/bus.ts";

/** One connection to the memory bus. */
export interface Connection extends Connected {
  /** A signal that ends with the given one or with the connection. */
  until(signal: AbortSignal): AbortSignal;
  /** @throws unavailable `bus_closed` */
  assertOpen(): void;
  /** Calls every ready listener, as after a reconnect. */
  ready(): void;
}

/** Resolves once the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Opens a connection; `onClose` runs once, when it is closed. */
export function createConnection(onClose: (connection: Connection) => void): Connection {
  const life = new AbortController();
  const listeners = new Set<() => void>();
  const connection: Connection = {
    closed: aborted(life.signal),
    onReady(listener) {
      listeners.add(listener);
      setImmediate(() => {
        if (!life.signal.aborted) listener();
      });
    },
    until: (signal) => AbortSignal.any([signal, life.signal]),
    assertOpen() {
      if (life.signal.aborted)
        throw unavailable("bus_closed", "The connection to the bus is closed. Open a new one.");
    },
    ready() {
      for (const listener of listeners) listener();
    },
    async [Symbol.asyncDispose]() {
      if (life.signal.aborted) return;
      life.abort();
      onClose(connection);
    },
  };
  return connection;
}
