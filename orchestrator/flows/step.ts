import { conflict, notFound, type ErrorInfo } from "../../bus/kernel/errors.ts";
import type { Cause, FlowEvent, FlowRecord, FlowRef, PendingCommand } from "../../bus/messages/flow.ts";
import type { Worker } from "../../bus/messages/principals.ts";
import type { Effect, FlowDefinition, Transition } from "../../workflows/flow.ts";
import type { FlowRegistry } from "../../workflows/registry.ts";

/** Something that may move a flow. */
export interface FlowInput {
  readonly ref: FlowRef;
  readonly event: FlowEvent;
  readonly cause: Cause;
  readonly correlationId: string;
  /** The command whose result or claim this is; it must be pending, and held by this instance where it is held. */
  readonly command?: {
    readonly id: string;
    readonly instance: string;
    /** Of a claim only: the lease it takes over; 0, the default, where nobody had it. */
    readonly over?: number;
  };
  /** The timer that fired; it must still be set, by this version. */
  readonly timer?: { readonly name: string; readonly version: number };
}

/** Timers that a step sets or takes back. */
export interface TimerChanges {
  readonly set: readonly { readonly name: string; readonly dueAtMs: number }[];
  readonly cancelled: readonly { readonly name: string; readonly dueAtMs: number }[];
}

/** What an input leads to; nothing is done yet. */
export type Step =
  | {
      readonly kind: "moved";
      readonly record: FlowRecord;
      readonly commands: readonly PendingCommand[];
      readonly timers: TimerChanges;
    }
  /** The same cause was applied before, as this version. */
  | { readonly kind: "repeated"; readonly version: number }
  | { readonly kind: "refused"; readonly error: ErrorInfo };

const keptCauses = 32;

/** Decides what an input does to a flow: pure, the heart of the orchestrator. */
export function step(
  registry: FlowRegistry,
  last: FlowRecord | undefined,
  input: FlowInput,
  nowMs: number,
): Step {
  if (!last) return begin(registry.newest(input.ref.kind), input, nowMs);
  const repeated = versionOfCause(last, input.cause);
  if (repeated !== undefined) return { kind: "repeated", version: repeated };
  const stale = refuseStale(last, input);
  if (stale) return { kind: "refused", error: stale };
  const definition = registry.version(last.kind, last.machine);
  const event = withMeta(input, nowMs);
  const transition = definition.advance(last.snapshot, event);
  if (!transition) return { kind: "refused", error: definition.refuse(last.snapshot, event) };
  return move(definition, last, transition, input, nowMs);
}

function begin(definition: FlowDefinition, input: FlowInput, nowMs: number): Step {
  const transition = definition.create(input.ref, withMeta(input, nowMs));
  if (transition) return move(definition, undefined, transition, input, nowMs);
  const { kind, id } = input.ref;
  const error = notFound("flow_unknown", `There is no ${kind} "${id}". Run "dockfra ${kind} list".`, {
    params: { kind, id },
  });
  return { kind: "refused", error: error.toJSON() };
}

/**
 * What tells one cause from another. Ids come from their senders, so they count per sender: nobody can use up the id of
 * another's message, or of a timer, before it comes.
 */
export function causeKey({ kind, principal, id }: Cause): string {
  return `${kind}/${principal}/${id}`;
}

function withCause(before: FlowRecord["causes"], cause: Cause, version: number): FlowRecord["causes"] {
  if (cause.kind === "flow") return before;
  return [...before, [causeKey(cause), version] as [string, number]].slice(-keptCauses);
}

/** Messages between flows are repeated on purpose, to get an answer again: machines take them idempotently. */
function versionOfCause(last: FlowRecord, cause: Cause): number | undefined {
  if (cause.kind === "flow") return undefined;
  const key = causeKey(cause);
  return last.causes.find(([known]) => known === key)?.[1];
}

function refuseStale(last: FlowRecord, { command, timer, ref, event }: FlowInput): ErrorInfo | undefined {
  if (timer && last.timers[timer.name]?.version !== timer.version) {
    return conflict("timer_stale", `The timer ${timer.name} of ${ref.id} is not set any more.`).toJSON();
  }
  if (!command) return undefined;
  const pending = last.pending.find((candidate) => candidate.id === command.id);
  if (!pending) {
    return conflict("result_late", `${ref.id} no longer waits for ${command.id}.`, {
      params: { flow: ref.id, command: command.id },
    }).toJSON();
  }
  const { holder } = pending;
  if (event.type.endsWith(".claimed")) {
    if ((holder?.lease ?? 0) === (command.over ?? 0)) return undefined;
    return conflict("command_held", `${command.id} is held by ${holder?.instance ?? "nobody"}.`, {
      params: { command: command.id, holder: holder?.instance ?? "" },
      retryable: true,
    }).toJSON();
  }
  if (holder && holder.instance !== command.instance) {
    return conflict("lease_lost", `${command.id} is held by ${holder.instance} now.`, {
      params: { command: command.id, holder: holder.instance },
    }).toJSON();
  }
  return undefined;
}

function withMeta({ event, cause }: FlowInput, nowMs: number): FlowEvent {
  const by = { principal: cause.principal, ...(cause.actor ? { actor: cause.actor } : {}) };
  return { ...event, atMs: nowMs, by };
}

function move(
  definition: FlowDefinition,
  last: FlowRecord | undefined,
  transition: Transition,
  input: FlowInput,
  nowMs: number,
): Step {
  const version = (last?.version ?? 0) + 1;
  const work = foldCommands(last, transition.effects, input, version);
  const timers = foldTimers(last, transition.effects, version, nowMs);
  const record: FlowRecord = {
    kind: input.ref.kind,
    id: input.ref.id,
    version,
    machine: definition.version,
    atMs: nowMs,
    event: input.event,
    cause: input.cause,
    correlationId: input.correlationId,
    snapshot: transition.snapshot,
    pending: work.pending,
    timers: timers.active,
    causes: withCause(last?.causes ?? [], input.cause, version),
  };
  return { kind: "moved", record, commands: work.added, timers: timers.changes };
}

function foldCommands(
  last: FlowRecord | undefined,
  effects: readonly Effect[],
  input: FlowInput,
  version: number,
) {
  let pending = afterResult(last?.pending ?? [], input, version);
  const added: PendingCommand[] = [];
  for (const effect of effects) {
    if (effect.type === "forget") pending = [];
    if (effect.type !== "command" && effect.type !== "send") continue;
    const id = `${input.ref.kind}.${input.ref.id}.${version}.${added.length + 1}`;
    const command: PendingCommand =
      effect.type === "command"
        ? { id, to: { worker: workerOf(effect.command) }, verb: effect.command, input: effect.input }
        : { id, to: { flow: effect.to }, verb: "flow.send", input: effect.event };
    added.push(command);
    pending = [...pending, command];
  }
  return { pending, added };
}

/** A result ends its command; a claim gives it a holder. */
function afterResult(
  pending: readonly PendingCommand[],
  { command, event }: FlowInput,
  version: number,
): PendingCommand[] {
  if (!command) return [...pending];
  if (!event.type.endsWith(".claimed")) return pending.filter(({ id }) => id !== command.id);
  const holder = { instance: command.instance, lease: version };
  return pending.map((one) => (one.id === command.id ? { ...one, holder } : one));
}

function foldTimers(
  last: FlowRecord | undefined,
  effects: readonly Effect[],
  version: number,
  nowMs: number,
) {
  const active: FlowRecord["timers"] = { ...last?.timers };
  const set = new Map<string, number>();
  const cancelled = new Map<string, number>();
  for (const effect of effects) {
    if (effect.type === "timer") {
      const dueAtMs = nowMs + effect.delayMs;
      active[effect.name] = { version, dueAtMs, event: effect.event };
      set.set(effect.name, dueAtMs);
      cancelled.delete(effect.name);
    } else if (effect.type === "cancel") {
      const before = active[effect.name];
      if (before && !set.has(effect.name)) cancelled.set(effect.name, before.dueAtMs);
      delete active[effect.name];
      set.delete(effect.name);
    }
  }
  const changes: TimerChanges = {
    set: [...set].map(([name, dueAtMs]) => ({ name, dueAtMs })),
    cancelled: [...cancelled].map(([name, dueAtMs]) => ({ name, dueAtMs })),
  };
  return { active, changes };
}

function workerOf(command: string): Worker {
  return command.slice(0, command.indexOf(".")) as Worker;
}
