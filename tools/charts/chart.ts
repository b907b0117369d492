import type { AnyStateMachine, AnyStateNode } from "xstate";

/** One way out of a state, or something that a state takes without leaving. */
export interface ChartTransition {
  /** Unique in its chart: the source, the event, the place among the event's choices. */
  readonly id: string;
  /** Path of the state that takes the event, `""` for the whole chart. */
  readonly source: string;
  /** The event, `""` where the chart goes on by itself, or the name of a delay. */
  readonly event: string;
  readonly isDelay: boolean;
  /** Name of the guard, with its parameters in brackets. */
  readonly guard: string | undefined;
  /** Place among the choices of the same event, from 1; `undefined` where there is but one. */
  readonly choice: number | undefined;
  /** Path of the state that follows, or `undefined` where the state stays. */
  readonly target: string | undefined;
  /** The chart's own object, for a probe. */
  readonly definition: AnyTransition;
}

export type AnyTransition = AnyStateNode["transitions"] extends Map<string, (infer T)[]> ? T : never;

/** Lists every state below the root, parents before their children. */
export function listStates(machine: AnyStateMachine): readonly AnyStateNode[] {
  return listNodes(machine.root).slice(1);
}

/** Lists every transition of a chart, in the order of its definition. */
export function listTransitions(machine: AnyStateMachine): readonly ChartTransition[] {
  return listNodes(machine.root).flatMap((node) => {
    const choices: (readonly [string, readonly AnyTransition[]])[] = [...node.transitions.entries()];
    return [...choices, ["", node.always ?? []] as const].flatMap(([event, transitions]) =>
      transitions.map((definition, index) =>
        describe(node, event, definition, transitions.length > 1 ? index + 1 : undefined),
      ),
    );
  });
}

/** Writes a state's place in its chart: `open.triaging`. */
export function pathOfNode(node: AnyStateNode): string {
  return node.path.join(".");
}

function listNodes(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap((child) => listNodes(child))];
}

function describe(
  node: AnyStateNode,
  type: string,
  definition: AnyTransition,
  choice: number | undefined,
): ChartTransition {
  const source = pathOfNode(node);
  const isDelay = type.startsWith("xstate.after.");
  const event = isDelay ? (type.split(".")[2] ?? type) : type;
  const target = definition.target?.[0];
  return {
    id: `${source || node.id}: ${event || "always"}${choice ? ` (${choice})` : ""}`,
    source,
    event,
    isDelay,
    guard: nameOfGuard(definition.guard),
    choice,
    target: target && pathOfNode(target),
    definition,
  };
}

/** Names a guard for people: `pausedIn(open, reopened)`. */
function nameOfGuard(guard: unknown): string | undefined {
  if (guard === undefined) return undefined;
  if (typeof guard === "string") return guard;
  const { type, params } = guard as {
    readonly type: string;
    readonly params?: Readonly<Record<string, unknown>>;
  };
  return `${type}(${Object.values(params ?? {})
    .flat()
    .join(", ")})`;
}
