import { needsClaim, type CommandType } from "../../../bus/messages/commands.ts";
import type { FlowEvent, FlowRef } from "../../../bus/messages/flow.ts";
import type { Effect, FlowDefinition, Snapshot, Transition } from "../../../workflows/flow.ts";

/** A timer that waits to fire. */
export interface RunningTimer {
  readonly name: string;
  readonly delayMs: number;
  readonly event: FlowEvent;
}

/** A flow under test: what a record would keep of it. */
export interface Run {
  readonly flow: FlowDefinition;
  readonly ref: FlowRef;
  readonly snapshot: Snapshot;
  /** Commands and sends that still count. */
  readonly pending: readonly (Effect & { readonly type: "command" | "send" })[];
  readonly timers: readonly RunningTimer[];
  /** Whether an instance claimed the pending command: without a claim there is no result. */
  readonly held: boolean;
  /** What the latest event wanted done. */
  readonly effects: readonly Effect[];
}

/** Begins a flow with its first event, or `undefined` where that event begins none. */
export function begin(flow: FlowDefinition, ref: FlowRef, event: FlowEvent): Run | undefined {
  const first = flow.create(ref, event);
  return (
    first &&
    follow({ flow, ref, snapshot: first.snapshot, pending: [], timers: [], held: false, effects: [] }, first)
  );
}

/** Takes one event as the orchestrator does: a result counts only while its command is pending. */
export function step(run: Run, event: FlowEvent): Run | undefined {
  if (isLate(run, event)) return undefined;
  const next = run.flow.advance(run.snapshot, event);
  return next && follow(event.type.endsWith(".claimed") ? { ...run, held: true } : run, next);
}

/** Whether the event is the result of a command that no longer counts, or a timer that was cancelled. */
export function isLate(run: Run, event: FlowEvent): boolean {
  if (event.type.startsWith("xstate.after."))
    return !run.timers.some((timer) => timer.event.type === event.type);
  const command = commandOf(event);
  if (command === undefined) return false;
  if (needsClaim(command) && event.type.endsWith(".done") && !run.held) return true;
  return !run.pending.some((item) => item.type === "command" && item.command === command);
}

const workers = /^(manager|autopilot|developer|monitor|host)\./;

/** The command whose pick-up or result the event is. */
export function commandOf({ type }: FlowEvent): CommandType | undefined {
  return workers.test(type) ? (type.slice(0, type.lastIndexOf(".")) as CommandType) : undefined;
}

function follow(run: Run, { snapshot, effects }: Transition): Run {
  let pending = [...run.pending];
  let timers = [...run.timers];
  let { held } = run;
  for (const effect of effects) {
    switch (effect.type) {
      case "forget":
        pending = [];
        held = false;
        break;
      case "command":
      case "send":
        pending.push(effect);
        break;
      case "timer":
        timers = [...timers.filter(({ name }) => name !== effect.name), effect];
        break;
      case "cancel":
        timers = timers.filter(({ name }) => name !== effect.name);
        break;
    }
  }
  return { ...run, snapshot, pending, timers, held, effects };
}
