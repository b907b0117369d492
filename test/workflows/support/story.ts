import type { FlowEvent, FlowRef } from "../../../bus/messages/flow.ts";
import type { FlowDefinition } from "../../../workflows/flow.ts";
import type { ErrorInfo } from "../../../bus/kernel/errors.ts";
import { begin, commandOf, isLate, step, type Run } from "./run.ts";

/** An event before the story stamps it with its time and its sender. */
export interface Happening {
  readonly event: FlowEvent | "timeout";
  /** Time since the event before it; default one second. */
  readonly afterMs?: number;
}

/** What came of the events of `when`. */
export interface Outcome {
  readonly before: Run | undefined;
  readonly after: Run;
  /** The answer to the last event, where it was not taken. */
  readonly refusal: ErrorInfo | undefined;
  readonly effects: Run["effects"];
}

export type Expectation = (outcome: Outcome) => void;

interface When {
  /** Says what must be true after the last event. */
  then(...expectations: readonly Expectation[]): void;
}

interface Given {
  when(...happenings: readonly Happening[]): When;
}

/** Time of the first event of every story. */
export const storyStartMs = 1_700_000_000_000;

/** Makes the vocabulary of one kind of flow: `given(...).when(...).then(...)`. */
export function createStory(flow: FlowDefinition, ref: FlowRef) {
  return (...past: readonly Happening[]): Given => ({
    when: (...happenings) => ({
      then(...expectations) {
        const outcome = play(flow, ref, past, happenings);
        for (const expectation of expectations) expectation(outcome);
      },
    }),
  });
}

/** Stamps an event with its time and, where it names none, its sender. */
export function stamp(event: FlowEvent, atMs: number): FlowEvent {
  return { by: senderOf(event), ...event, atMs };
}

function senderOf(event: FlowEvent): unknown {
  const command = commandOf(event);
  if (command) return { principal: command.split(".", 1)[0] };
  if (!event.type.startsWith("ticket.")) return { principal: "orchestrator" };
  return { principal: "operator", actor: { kind: "human", id: "ada", trusted: true } };
}

function play(
  flow: FlowDefinition,
  ref: FlowRef,
  past: readonly Happening[],
  happenings: readonly Happening[],
): Outcome {
  let run: Run | undefined;
  let atMs = storyStartMs;
  let refusal: ErrorInfo | undefined;
  const effects: Run["effects"][number][] = [];
  const take = (happening: Happening, mustBeTaken: boolean) => {
    atMs += happening.afterMs ?? 1_000;
    const event = stamp(toEvent(happening, run), atMs);
    const next = run ? step(run, event) : begin(flow, ref, event);
    if (next) {
      run = next;
      refusal = undefined;
      return next.effects;
    }
    if (!run || mustBeTaken)
      throw new Error(`"${event.type}" was not taken in ${JSON.stringify(run?.snapshot.value)}`);
    refusal = isLate(run, event) ? lateResult : flow.refuse(run.snapshot, event);
    return [];
  };
  for (const happening of past) take(happening, true);
  const before = run;
  for (const happening of happenings) effects.push(...take(happening, false));
  if (!run) throw new Error("A story needs an event.");
  return { before, after: run, refusal, effects };
}

/** How a story shows a result that came after its command was forgotten. */
const lateResult: ErrorInfo = {
  kind: "conflict",
  code: "late",
  message: "late",
  retryable: false,
  params: {},
};

function toEvent({ event }: Happening, run: Run | undefined): FlowEvent {
  if (event !== "timeout") return event;
  const [timer, ...others] = run?.timers ?? [];
  if (!timer || others.length > 0)
    throw new Error(`One timer was expected, not ${others.length + (timer ? 1 : 0)}.`);
  return timer.event;
}

/** The step's own timer fires. */
export function timedOut(): Happening {
  return { event: "timeout" };
}

/** The same, this much later. */
export function later(afterMs: number, { event }: Happening): Happening {
  return { event, afterMs };
}
