import type { Clock } from "../kernel/clock.ts";
import type { ConsumeOptions } from "../ports/work.ts";
import { aborted } from "./connection.ts";
import { createDedupe } from "./dedupe.ts";

/** One message of a queue as a consumer sees it. */
export interface Taken {
  readonly subject: string;
  readonly body: string;
  ack(): void;
  nak(delayMs?: number): void;
  working(): void;
}

/** A work queue: each message is handed to one consumer at a time until it is acked. */
export interface WorkQueue {
  /** Adds a message, unless one with the same id came within the dedupe window. */
  publish(subject: string, body: string, messageId?: string): void;
  /** Resolves when the signal ended it and its handlers are done. */
  consume(options: ConsumeOptions, handle: (taken: Taken) => Promise<void>): Promise<void>;
  /** Forgets every message and every id, as a memory stream does when its server dies. */
  clear(): void;
}

interface Entry {
  readonly subject: string;
  readonly body: string;
  deliveries: number;
  timer?: NodeJS.Timeout;
}

interface Consumer {
  free: number;
  take(entry: Entry): void;
}

/** Longest delay before a message whose handler threw comes again. */
const maxThrowDelayMs = 5_000;

/** Makes an empty queue whose messages come again after `ackWaitMs` without an ack. */
export function createWorkQueue({ clock, ackWaitMs }: { clock: Clock; ackWaitMs: number }): WorkQueue {
  const known = new Set<Entry>();
  const ready = new Set<Entry>();
  const consumers = new Set<Consumer>();
  const dedupe = createDedupe(clock);

  const pump = () => {
    for (const entry of ready) {
      const consumer = [...consumers].find(({ free }) => free > 0);
      if (!consumer) return;
      consumers.delete(consumer);
      consumers.add(consumer);
      ready.delete(entry);
      consumer.take(entry);
    }
  };
  const readyIn = (entry: Entry, delayMs: number) => {
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => {
      ready.add(entry);
      pump();
    }, delayMs);
  };
  const forget = (entry: Entry) => {
    clearTimeout(entry.timer);
    known.delete(entry);
    ready.delete(entry);
  };

  const toTaken = (entry: Entry): Taken => {
    const delivery = ++entry.deliveries;
    readyIn(entry, ackWaitMs);
    let settled = false;
    const isOurs = () => !settled && known.has(entry) && entry.deliveries === delivery && !ready.has(entry);
    return {
      subject: entry.subject,
      body: entry.body,
      ack() {
        settled = true;
        forget(entry);
      },
      nak(delayMs = 0) {
        if (!isOurs()) return;
        settled = true;
        readyIn(entry, delayMs);
      },
      working() {
        if (isOurs()) readyIn(entry, ackWaitMs);
      },
    };
  };

  return {
    publish(subject, body, messageId) {
      if (messageId !== undefined) {
        if (dedupe.find(messageId) !== undefined) return;
        dedupe.remember(messageId, 1);
      }
      const entry: Entry = { subject, body, deliveries: 0 };
      known.add(entry);
      ready.add(entry);
      setImmediate(pump);
    },
    async consume({ signal, maxInHand }, handle) {
      if (signal.aborted) return;
      const inHand = new Set<Promise<void>>();
      const consumer: Consumer = {
        free: maxInHand,
        take(entry) {
          consumer.free--;
          const taken = toTaken(entry);
          const delayMs = Math.min(maxThrowDelayMs, 50 * 2 ** Math.min(entry.deliveries, 10));
          const work = Promise.resolve()
            .then(() => handle(taken))
            .catch(() => taken.nak(delayMs))
            .finally(() => {
              consumer.free++;
              inHand.delete(work);
              pump();
            });
          inHand.add(work);
        },
      };
      consumers.add(consumer);
      pump();
      await aborted(signal);
      consumers.delete(consumer);
      await Promise.all(inHand);
    },
    clear() {
      for (const entry of known) clearTimeout(entry.timer);
      known.clear();
      ready.clear();
      dedupe.clear();
    },
  };
}
