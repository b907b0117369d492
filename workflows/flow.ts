import { initialTransition, transition, type AnyStateMachine } from "xstate";
import type { ErrorInfo } from "../bus/kernel/errors.ts";
import type { CommandType } from "../bus/messages/commands.ts";
import type { FlowEvent, FlowKind, FlowRef } from "../bus/messages/flow.ts";

/** What a flow keeps between two events; plain data. */
export interface Snapshot {
  readonly value: unknown;
  readonly context: unknown;
  /** Whether the machine rests in a state that only a person leaves. */
  readonly done: boolean;
}

/** What a transition wants done; the orchestrator does it after the append. */
export type Effect =
  | { readonly type: "command"; readonly command: CommandType; readonly input: unknown }
  | { readonly type: "send"; readonly to: FlowRef; readonly event: FlowEvent }
  /** The work that the flow waited for no longer counts; a late result of it is refused. */
  | { readonly type: "forget" }
  | { readonly type: "timer"; readonly name: string; readonly delayMs: number; readonly event: FlowEvent }
  | { readonly type: "cancel"; readonly name: string };

export interface Transition {
  readonly snapshot: Snapshot;
  readonly effects: readonly Effect[];
}

/** One version of one kind of flow: pure, no clock, no I/O. Old versions stay loadable. */
export interface FlowDefinition {
  readonly kind: FlowKind;
  readonly version: number;
  /** The first transition, or `undefined` where this event cannot begin such a flow. */
  create(ref: FlowRef, event: FlowEvent): Transition | undefined;
  /** The next transition, or `undefined` where the state does not take this event. */
  advance(snapshot: Snapshot, event: FlowEvent): Transition | undefined;
  /** Why the state does not take this event, and what would help. */
  refuse(snapshot: Snapshot, event: FlowEvent): ErrorInfo;
}

/** The actions that machines name; they do nothing themselves and become {@link Effect}s. */
export const effectActions = {
  command: (_: unknown, _params: { command: CommandType; input: unknown }): void => {},
  send: (_: unknown, _params: { to: FlowRef; event: FlowEvent }): void => {},
  forget: (): void => {},
};

interface MachineAction {
  readonly type: string;
  readonly params?: unknown;
}

interface FlowOptions {
  readonly kind: FlowKind;
  readonly version: number;
  readonly machine: AnyStateMachine;
  /** Input of a new machine, or `undefined` where the event cannot begin one. */
  inputOf(ref: FlowRef, event: FlowEvent): unknown;
  /** Whether the event that begins a flow is also its first event. */
  readonly replaysFirstEvent: boolean;
  isDone(value: unknown): boolean;
  refuse(snapshot: Snapshot, event: FlowEvent): ErrorInfo;
}

/** Makes a flow of an XState machine, by its pure transition functions alone. */
export function defineFlow(options: FlowOptions): FlowDefinition {
  const { kind, version, machine, isDone, refuse } = options;
  const toSnapshot = (state: { value: unknown; context: unknown }): Snapshot => ({
    value: state.value,
    context: state.context,
    done: isDone(state.value),
  });
  const stepping = withoutInitialState(machine);
  return {
    kind,
    version,
    refuse,
    create(ref, event) {
      const input = options.inputOf(ref, event);
      if (input === undefined) return undefined;
      const [first, actions] = initialTransition(machine, input);
      if (!options.replaysFirstEvent) return { snapshot: toSnapshot(first), effects: toEffects(actions) };
      const [next, more] = transition(machine, first, event);
      return { snapshot: toSnapshot(next), effects: toEffects([...actions, ...more]) };
    },
    advance(snapshot, event) {
      const state = machine.resolveState({
        value: snapshot.value as never,
        context: snapshot.context as never,
      });
      const [next, actions] = transition(stepping, state, event);
      if (actions.length === 0 && next.context === state.context && isSameValue(next.value, state.value)) {
        return undefined;
      }
      return { snapshot: toSnapshot(next), effects: toEffects(actions) };
    },
  };
}

/** How XState describes a delayed event, and the cancelling of one. */
interface TimerParams {
  readonly id: string;
  readonly delay: number;
  readonly event: FlowEvent;
  readonly sendId: string;
}

/** XState makes the initial state anew for every transition, only to throw it away: a third of a step's cost. */
function withoutInitialState(machine: AnyStateMachine): AnyStateMachine {
  const none = { status: "active" };
  return Object.create(machine, { getInitialSnapshot: { value: () => none } }) as AnyStateMachine;
}

function isSameValue(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function toEffects(actions: readonly MachineAction[]): Effect[] {
  return actions.flatMap((action) => toEffect(action) ?? []);
}

function toEffect({ type, params }: MachineAction): Effect | undefined {
  const fields = (params ?? {}) as Partial<TimerParams>;
  switch (type) {
    case "command":
    case "send":
    case "forget":
      return { type, ...fields } as Effect;
    case "xstate.raise":
      if (fields.delay === undefined || !fields.id || !fields.event) return undefined;
      return { type: "timer", name: fields.id, delayMs: fields.delay, event: fields.event };
    case "xstate.cancel":
      return { type: "cancel", name: fields.sendId ?? "" };
    default:
      return undefined;
  }
}
