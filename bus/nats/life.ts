import { setTimeout as pause } from "node:timers/promises";
import { DockfraError } from "../kernel/errors.ts";
import type { Connected } from "../ports/bus.ts";
import type { Wire } from "./connection.ts";

const retryPauseMs = 250;
/** How long the first verification may fail for a reason that can pass. */
const startPatienceMs = 15_000;
/** How long a closing connection waits for what is still in hand. */
const closeGraceMs = 3_000;

/** The life of one bus: when it is ready, what runs on it, and its end. */
export interface Life extends Connected {
  /** Ends with the bus or with the given signal, whichever is first. */
  until(signal: AbortSignal): AbortSignal;
  /** Keeps account of something that lasts, so that closing waits for it. */
  run<T>(task: Promise<T>): Promise<T>;
  /** Verifies for the first time. */
  start(): Promise<void>;
}

/** Makes the life around a wire; `verify` runs at the start and after each reconnect until it succeeds. */
export function createLife(wire: Wire, verify: (signal: AbortSignal) => Promise<void>): Life {
  const closing = new AbortController();
  const listeners: (() => void)[] = [];
  const tasks = new Set<Promise<unknown>>();
  let [ready, round] = [false, 0];
  let closed: Promise<void> | undefined;

  function becomeReady(): void {
    ready = true;
    for (const listener of listeners) listener();
  }

  async function verifyAgain(): Promise<void> {
    const mine = ++round;
    for (let failures = 0; mine === round && wire.isUp() && !closing.signal.aborted; failures++) {
      try {
        await verify(closing.signal);
        if (mine === round) becomeReady();
        return;
      } catch (error) {
        if (closing.signal.aborted || mine !== round) return;
        if (failures % 40 === 0)
          wire.log.error({ err: error }, "the bus is not as it should be, trying again");
        await pause(retryPauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  wire.onChange((up) => {
    ready = false;
    round++;
    if (up) void verifyAgain();
  });

  async function close(): Promise<void> {
    closing.abort();
    const grace = pause(closeGraceMs, undefined, { ref: false });
    await Promise.race([Promise.allSettled(tasks), grace]);
    await wire[Symbol.asyncDispose]();
  }

  return {
    closed: wire.closed,
    until: (signal) => AbortSignal.any([signal, closing.signal]),
    run(task) {
      const kept = task.finally(() => tasks.delete(kept));
      tasks.add(kept);
      return kept;
    },
    onReady(listener) {
      listeners.push(listener);
      if (ready) queueMicrotask(listener);
    },
    async start() {
      const deadline = Date.now() + startPatienceMs;
      for (;;) {
        try {
          await verify(closing.signal);
          return becomeReady();
        } catch (error) {
          // a cluster elects its leaders after it took the connection
          const again = error instanceof DockfraError && error.retryable && Date.now() < deadline;
          if (!again || closing.signal.aborted || wire.nc.isClosed()) throw error;
          await pause(retryPauseMs);
        }
      }
    },
    [Symbol.asyncDispose]: () => (closed ??= close()),
  };
}
