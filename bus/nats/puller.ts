import type { Msg } from "@nats-io/nats-core";
import { newId } from "../kernel/ids.ts";
import type { Wire } from "./connection.ts";

const pullExpiresMs = 30_000;
const idleHeartbeatMs = 5_000;

/** Statuses that end one pull and are followed by the next. */
const ended = new Set([404, 408]);

export interface PullerOptions {
  readonly wire: Wire;
  /** `$JS.API`, or what stands for it in a worker's account. */
  readonly apiPrefix: string;
  readonly stream: string;
  readonly consumer: string;
  /** How many messages may be wanted now. */
  readonly room: () => number;
  readonly onMessage: (message: Msg) => void;
  /** The consumer does not answer: it is not made yet, or was lost. Pulling goes on after a pause. */
  readonly onMissing?: () => void;
}

/** A pull that is kept open on one consumer, over reconnects. */
export interface Puller {
  /** Asks for more now that there may be room. */
  more(): void;
  stop(): void;
}

/** Starts pulling; one request is open at a time and asks for all the room there is. */
export function startPuller(options: PullerOptions): Puller {
  const { wire, room, onMessage, onMissing } = options;
  const inbox = `${wire.inboxPrefix}.${newId()}`;
  const next = `${options.apiPrefix}.CONSUMER.MSG.NEXT.${options.stream}.${options.consumer}`;
  let [stopped, scheduled, asked, pullNo, missing] = [false, false, 0, 0, 0];
  let heardAtMs = performance.now();
  let pause: NodeJS.Timeout | undefined;

  const subscription = wire.nc.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error || stopped) return;
      heardAtMs = performance.now();
      // a status has no body; reading headers costs more than the message
      const code = message.data.length === 0 ? (message.headers?.code ?? 0) : 0;
      if (code === 0 || !message.subject.startsWith(inbox)) {
        missing = 0;
        asked = Math.max(0, asked - 1);
        onMessage(message);
        more();
      } else if (code !== 100) onStatus(code, message.subject);
    },
  });

  function onStatus(code: number, subject: string): void {
    if (subject !== `${inbox}.${pullNo}`) return;
    asked = 0;
    if (ended.has(code)) return more();
    onMissing?.();
    missing++;
    clearTimeout(pause);
    pause = setTimeout(more, Math.min(1_000, 50 * 2 ** Math.min(missing, 5)));
  }

  function more(): void {
    if (scheduled || stopped || asked > 0) return;
    scheduled = true;
    // what is finished in this turn of the loop is asked for together
    setImmediate(() => {
      scheduled = false;
      pull();
    });
  }

  function pull(): void {
    const batch = room();
    if (stopped || asked > 0 || batch <= 0 || !wire.isUp()) return;
    asked = batch;
    heardAtMs = performance.now();
    const request = {
      batch,
      expires: pullExpiresMs * 1_000_000,
      idle_heartbeat: idleHeartbeatMs * 1_000_000,
    };
    wire.publish(next, JSON.stringify(request), { reply: `${inbox}.${++pullNo}` });
  }

  // a pull whose consumer vanished without a word is not waited for
  const watchdog = setInterval(() => {
    if (asked > 0 && performance.now() - heardAtMs > 2.5 * idleHeartbeatMs) {
      asked = 0;
      more();
    }
  }, idleHeartbeatMs);
  const unhook = wire.onChange((up) => {
    asked = 0;
    if (up) more();
  });
  more();

  return {
    more,
    stop() {
      stopped = true;
      clearTimeout(pause);
      clearInterval(watchdog);
      unhook();
      if (!wire.nc.isClosed()) subscription.unsubscribe();
    },
  };
}
