import type { FlowEvent, FlowRef } from "../../../bus/messages/flow.ts";
import type { FlowDefinition } from "../../../workflows/flow.ts";
import { commandOf, begin, isLate, step, type Run } from "./run.ts";
import { pathOf } from "./expectations.ts";
import { faultsOf } from "./invariants.ts";
import type { Probe } from "./probe.ts";
import { storyStartMs } from "./story.ts";

/** An event made for the flow as it is now, with a name for reports. */
export interface Variant {
  readonly name: string;
  readonly event: FlowEvent;
  /** Whether the flow must take it: an answer to what is pending. */
  readonly mustBeTaken?: boolean;
}

export interface World {
  readonly flow: FlowDefinition;
  readonly ref: FlowRef;
  readonly probe: Probe;
  readonly first: readonly Variant[];
  /** One way from the first event to the end. */
  readonly happyPath: readonly FlowEvent[];
  /** Every event that could come now. */
  variantsOf(run: Run): readonly Variant[];
  /** Lists what is wrong with the answer to one event, `after` being `undefined` where it was refused. */
  brokenLaws?(before: Run, event: FlowEvent, after: Run | undefined): readonly string[];
  /** The facts that guards look at, as text: flows with the same key count as one. */
  keyOf(run: Run): string;
}

export interface Exploration {
  readonly flows: number;
  readonly steps: number;
  readonly faults: readonly string[];
  /** Event types by the top states that took them. */
  readonly takers: ReadonlyMap<string, ReadonlySet<string>>;
  /** Names of the variants that no state took. */
  readonly neverTaken: readonly string[];
}

/** Beyond this the facts of {@link World.keyOf} are too fine. */
const maxFlows = 20_000;

/** Walks a chart breadth-first: every event in every state that can be reached. */
export function explore(world: World): Exploration {
  const { flow, ref, probe } = world;
  const faults = new Set<string>();
  const takers = new Map<string, Set<string>>();
  const names = new Map<string, boolean>();
  const seen = new Set<string>();
  const queue: Run[] = [];
  let steps = 0;
  const meet = (run: Run) => {
    for (const fault of faultsOf(run)) faults.add(fault);
    probe.visit(run.snapshot.value);
    const key = world.keyOf(run);
    if (seen.has(key)) return;
    seen.add(key);
    // What is stored is what comes back: each flow goes on from its JSON.
    queue.push({ ...run, snapshot: JSON.parse(JSON.stringify(run.snapshot)) as Run["snapshot"] });
  };
  for (const { name, event } of world.first) {
    const run = begin(flow, ref, event);
    if (run) meet(run);
    else faults.add(`"${name}" does not begin a flow`);
  }
  for (let run = queue.shift(); run && seen.size < maxFlows; run = queue.shift()) {
    const path = pathOf(run.snapshot.value);
    for (const { name, event, mustBeTaken } of [...world.variantsOf(run), ...timersOf(run)]) {
      if (!names.has(name)) names.set(name, false);
      if (isLate(run, event)) continue;
      steps += 1;
      probe.feed(run.snapshot, event);
      const next = step(run, event);
      for (const law of world.brokenLaws?.(run, event, next) ?? []) faults.add(`${path}, "${name}": ${law}`);
      if (!next) {
        if (mustBeTaken || commandOf(event))
          faults.add(`${path} does not take "${name}", which it waits for`);
        if (flow.refuse(run.snapshot, event).message.length < 10)
          faults.add(`${path} refuses "${name}" without a sentence`);
        continue;
      }
      names.set(name, true);
      takers.set(event.type, (takers.get(event.type) ?? new Set()).add(path.split(".", 1)[0] ?? ""));
      meet(next);
    }
  }
  const neverTaken = [...names].filter(([, taken]) => !taken).map(([name]) => name);
  return { flows: seen.size, steps, faults: [...faults], takers, neverTaken };
}

/** The timers of a flow, as events that fire now. */
export function timersOf(run: Run): readonly Variant[] {
  return run.timers.map(({ event }) => ({
    name: event.type,
    event: { ...event, atMs: storyStartMs, by: { principal: "orchestrator" } },
    mustBeTaken: true,
  }));
}
