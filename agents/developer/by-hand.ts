import { setTimeout as sleep } from "node:timers/promises";
import { conflict } from "../../bus/kernel/errors.ts";
import type { CommandMessage } from "../../bus/messages/commands.ts";
import type { Work } from "../../bus/messages/ticket.ts";
import type { IntentClient } from "../../bus/ports/intents.ts";
import type { HandedBack, HandOver } from "../runtime/hand-over.ts";
import { leaseLost } from "../runtime/lease.ts";
import type { Mark, Marks } from "./by-hand-marks.ts";

export interface ByHandOptions {
  readonly marks: Marks;
  readonly client: IntentClient;
  readonly instance: string;
  readonly nowMs?: () => number;
  /** How often to look whether the mark is still there, and whether the command is still waited for. */
  readonly lookMs?: number;
  readonly checkMs?: number;
  /** How long the agent's own work may take to stop. */
  readonly stopMs?: number;
}

/** Tickets that people take from the developer's agent. */
export interface ByHand extends HandOver {
  readonly marks: Marks;
  /** Takes a ticket; resolves once the agent's own work on it has stopped. @throws conflict `by_hand_elsewhere` */
  take(ticket: string): Promise<Mark>;
  /** Gives it back to the agent; `undefined` where nobody had it. */
  release(ticket: string): Mark | undefined;
  /** Whether the developer's command of this ticket is in this agent's hand now. */
  holds(ticket: string): boolean;
  /** Hands in what the person made, durably; resolves once it is reported, or after a while. @throws conflict `by_hand_not` */
  finish(ticket: string, work: Work): Promise<void>;
}

interface Running {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

const reportedMs = 15_000;

/** Keeps which tickets of one agent are a person's. */
export function createByHand(options: ByHandOptions): ByHand {
  const {
    marks,
    client,
    instance,
    nowMs = Date.now,
    lookMs = 2_000,
    checkMs = 15_000,
    stopMs = 60_000,
  } = options;
  const running = new Map<string, Running>();
  const waiting = new Map<string, { wake: () => void }>();
  const reporting = new Map<string, PromiseWithResolvers<void>>();
  const ticketOf = (message: CommandMessage): string | undefined =>
    message.type === "developer.implement" ? message.flow.id : undefined;
  const elsewhere = (ticket: string): Error => {
    const at = marks.find(ticket)?.instance ?? "another developer";
    return conflict(
      "by_hand_elsewhere",
      `${ticket} is worked on by hand at ${at}. Ask there, or give it back.`,
      {
        params: { ticket, instance: at },
      },
    );
  };

  async function checkLease({ id, flow }: CommandMessage): Promise<void> {
    const { valid } = await client.ask("command.check", { flow, commandId: id, instance });
    if (!valid) throw leaseLost(id);
  }

  return {
    marks,
    handsOf(message) {
      const ticket = ticketOf(message);
      const mark = ticket === undefined ? undefined : marks.find(ticket);
      return mark === undefined ? "agent" : mark.instance === instance ? "here" : "elsewhere";
    },
    begin(message) {
      const ticket = ticketOf(message);
      const stop = new AbortController();
      if (ticket === undefined) return { taken: stop.signal, [Symbol.dispose]: () => undefined };
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      const entry = { stop, ended };
      running.set(ticket, entry);
      const look = (): void => {
        if (marks.find(ticket)) stop.abort();
      };
      look();
      const looking = setInterval(look, lookMs);
      return {
        taken: stop.signal,
        [Symbol.dispose]() {
          clearInterval(looking);
          if (running.get(ticket) === entry) running.delete(ticket);
          resolve();
        },
      };
    },
    async wait(message, signal) {
      const ticket = message.flow.id;
      const place = { wake: (): void => undefined };
      waiting.set(ticket, place);
      try {
        for (let checkedMs = performance.now(); ;) {
          signal.throwIfAborted();
          const mark = marks.find(ticket);
          // one that nobody waits for any more must not speak for the one that came after it
          if (!mark || mark.work) await checkLease(message);
          if (!mark) return { kind: "released" };
          // let go of the claim: that instance gets the command when it is sent again
          if (mark.instance !== instance) throw elsewhere(ticket);
          if (mark.work) return { kind: "done", output: mark.work } satisfies HandedBack;
          if (performance.now() - checkedMs >= checkMs) {
            await checkLease(message);
            checkedMs = performance.now();
          }
          const alarm = new AbortController();
          place.wake = () => alarm.abort();
          await sleep(lookMs, undefined, { signal: AbortSignal.any([alarm.signal, signal]) }).catch(
            (error: unknown) => {
              if (!alarm.signal.aborted && !signal.aborted) throw error;
            },
          );
        }
      } finally {
        if (waiting.get(ticket) === place) waiting.delete(ticket);
      }
    },
    reported({ flow }) {
      marks.remove(flow.id);
      reporting.get(flow.id)?.resolve();
    },
    async take(ticket) {
      const mark = marks.take(ticket, nowMs());
      if (!mark) throw elsewhere(ticket);
      const work = running.get(ticket);
      work?.stop.abort();
      await Promise.race([work?.ended, sleep(stopMs, undefined, { ref: false })]);
      return mark;
    },
    release(ticket) {
      const mark = marks.find(ticket);
      marks.remove(ticket);
      waiting.get(ticket)?.wake();
      return mark;
    },
    holds: (ticket) => waiting.has(ticket),
    async finish(ticket, work) {
      const mark = marks.find(ticket);
      if (!mark)
        throw conflict(
          "by_hand_not",
          `${ticket} is not worked on by hand. Take it first: ticket-work ${ticket}`,
          {
            params: { ticket },
          },
        );
      if (mark.instance !== instance) throw elsewhere(ticket);
      const report = Promise.withResolvers<void>();
      reporting.set(ticket, report);
      marks.finish(mark, work);
      waiting.get(ticket)?.wake();
      await Promise.race([report.promise, sleep(reportedMs, undefined, { ref: false })]);
      reporting.delete(ticket);
    },
  };
}
