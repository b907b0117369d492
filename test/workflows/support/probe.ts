import { transition, type AnyStateMachine } from "xstate";
import type { FlowEvent } from "../../../bus/messages/flow.ts";
import type { Snapshot } from "../../../workflows/flow.ts";
import {
  listStates,
  listTransitions,
  pathOfNode,
  type ChartTransition,
} from "../../../tools/charts/chart.ts";
import { pathOf } from "./expectations.ts";

/** A chart whose every transition and guard says when it was used. */
export interface Probe {
  readonly states: readonly string[];
  readonly transitions: readonly ChartTransition[];
  readonly visited: ReadonlySet<string>;
  readonly taken: ReadonlySet<string>;
  /** Ids of guarded transitions whose guard was seen to answer so. */
  readonly seenTrue: ReadonlySet<string>;
  readonly seenFalse: ReadonlySet<string>;
  /** Guards and actions that the chart has a meaning for, and never uses. */
  readonly unused: readonly string[];
  /** Gives the chart one event and notes what it used. */
  feed(snapshot: Snapshot, event: FlowEvent): void;
  /** Notes a state that was reached. */
  visit(value: unknown): void;
}

type Guard = (args: unknown, params: unknown) => boolean;

/** Makes a probe of a chart of its own; the chart is changed by it. */
export function createProbe(machine: AnyStateMachine): Probe {
  const visited = new Set<string>();
  const taken = new Set<string>();
  const seenTrue = new Set<string>();
  const seenFalse = new Set<string>();
  const transitions = listTransitions(machine);
  const guards = machine.implementations.guards as unknown as Readonly<Record<string, Guard>>;
  const unused = unusedNames(machine);
  for (const { id, definition } of transitions) {
    const open = definition as { guard?: unknown; actions: unknown };
    open.actions = [{ type: "probe", params: { id } }, ...definition.actions];
    if (definition.guard === undefined) continue;
    const named = definition.guard as string | { readonly type: string; readonly params?: unknown };
    const { type, params } = typeof named === "string" ? { type: named, params: undefined } : named;
    const guard = guards[type];
    if (!guard) throw new Error(`The guard of ${id} has no name.`);
    open.guard = (args: unknown) => {
      const answer = guard(args, params);
      (answer ? seenTrue : seenFalse).add(id);
      return answer;
    };
  }
  const visit = (value: unknown) => {
    const parts = pathOf(value).split(".");
    for (const [index] of parts.entries()) visited.add(parts.slice(0, index + 1).join("."));
  };
  return {
    states: listStates(machine).map(pathOfNode),
    transitions,
    visited,
    taken,
    seenTrue,
    seenFalse,
    unused,
    visit,
    feed({ value, context }, event) {
      const state = machine.resolveState({ value: value as never, context });
      const [next, actions] = transition(machine, state, event);
      visit(next.value);
      for (const { type, params } of actions) {
        if ((type as string) !== "probe") continue;
        const { id } = params as { readonly id: string };
        taken.add(id);
        // A state that is left at once is seen by the way out that was taken.
        visited.add(transitions.find((known) => known.id === id)?.source ?? "");
      }
    },
  };
}

function unusedNames(machine: AnyStateMachine): readonly string[] {
  const named = (item: unknown) =>
    typeof item === "string" ? item : (item as { readonly type?: string })?.type;
  const transitions = listTransitions(machine).map(({ definition }) => definition);
  const nodes = listStates(machine);
  const used = new Set([
    ...transitions.map(({ guard }) => named(guard)),
    ...transitions.flatMap(({ actions }) => actions.map(named)),
    ...nodes.flatMap(({ entry, exit }) => [...entry, ...exit].map(named)),
  ]);
  const { guards, actions } = machine.implementations;
  return [...Object.keys(guards ?? {}), ...Object.keys(actions ?? {})].filter((name) => !used.has(name));
}
