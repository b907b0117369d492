import { systemClock, type Clock } from "../kernel/clock.ts";
import { TimerFired, type FlowRef } from "../messages/flow.ts";
import { encode, parseMessage } from "../codec.ts";

/** How often a clock that is not the machine's own is looked at. */
const heldClockPollMs = 20;
/** Longest delay that `setTimeout` takes. */
const maxDelayMs = 2_147_483_647;

/** The set of timers that have not fired. */
export interface TimerSet {
  set(timer: TimerFired, dueAtMs: number): void;
  cancel(flow: FlowRef, name: string): void;
  /** Drops all timers. */
  clear(): void;
}

/** Makes an empty set of timers; a due one is handed to `fire` and forgotten. */
export function createTimerSet(options: {
  clock: Clock;
  subjectOf: (flow: FlowRef, name: string) => string;
  fire: (timer: TimerFired) => void;
}): TimerSet {
  const { clock, subjectOf, fire } = options;
  const timeouts = new Map<string, NodeJS.Timeout>();
  const drop = (subject: string) => {
    clearTimeout(timeouts.get(subject));
    timeouts.delete(subject);
  };
  const arm = (subject: string, body: string, dueAtMs: number) => {
    const leftMs = Math.max(0, dueAtMs - clock.nowMs());
    const delayMs = Math.min(leftMs, clock === systemClock ? maxDelayMs : heldClockPollMs);
    const wake = () => {
      if (clock.nowMs() < dueAtMs) return arm(subject, body, dueAtMs);
      timeouts.delete(subject);
      fire(JSON.parse(body) as TimerFired);
    };
    timeouts.set(subject, setTimeout(wake, delayMs));
  };
  return {
    set(timer, dueAtMs) {
      const parsed = parseMessage(TimerFired, timer, "timer");
      const subject = subjectOf(parsed.flow, parsed.name);
      drop(subject);
      arm(subject, encode(parsed, "timer"), dueAtMs);
    },
    cancel: (flow, name) => drop(subjectOf(flow, name)),
    clear() {
      for (const subject of [...timeouts.keys()]) drop(subject);
    },
  };
}
