import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FlowEvent } from "../../bus/messages/flow.ts";
import type { Snapshot } from "../../workflows/flow.ts";
import { createDeployWorld } from "./support/deploy-world.ts";
import { timersOf, type Variant, type World } from "./support/explorer.ts";
import { faultsOf } from "./support/invariants.ts";
import { begin, commandOf, isLate, step, type Run } from "./support/run.ts";
import { createTicketWorld } from "./support/ticket-world.ts";

const walksPerChart = 5_000;

/** One choice of a random walk: which event, and whether it comes without looking at what is pending. */
const Choice = fc.record({ pick: fc.nat(9_999), blind: fc.integer({ min: 0, max: 9 }) });

describe.each([
  ["ticket", createTicketWorld()],
  ["deploy", createDeployWorld()],
] as const)("random walks through the %s chart", (_, world) => {
  test("never throw, never break a rule, and are what their events fold to", { timeout: 180_000 }, () => {
    fc.assert(
      fc.property(fc.nat(9_999), fc.array(Choice, { minLength: 1, maxLength: 30 }), (start, choices) => {
        const { run, events } = walk(world, start, choices);
        expect(plain(fold(world, events))).toEqual(plain(run.snapshot));
      }),
      { numRuns: walksPerChart },
    );
  });
});

function walk(
  { flow, ref, first, happyPath, variantsOf }: World,
  start: number,
  choices: readonly { readonly pick: number; readonly blind: number }[],
): { readonly run: Run; readonly events: readonly FlowEvent[] } {
  // Most walks leave the happy path somewhere; the others begin anyhow.
  const prefix = happyPath.slice(0, start % (happyPath.length + 1));
  const [beginning = choose(first, start).event, ...way] = prefix;
  const events = [beginning, ...way];
  const begun = way.reduce((so, next) => so && step(so, next), begin(flow, ref, beginning));
  if (!begun) throw new Error(`The way ${events.map(({ type }) => type).join(", ")} is closed.`);
  let run: Run = begun;
  for (const { pick, blind } of choices) {
    const variants = [...variantsOf(run), ...timersOf(run)];
    // One event in ten is late or foreign; the chart itself has to bear it.
    if (blind === 0) {
      const stray = choose(variants, pick).event;
      if (isLate(run, stray)) flow.advance(run.snapshot, stray);
      continue;
    }
    const timely = variants.filter((variant) => !isLate(run, variant.event));
    // Answers to what is pending come more often than anything else, so that walks go far.
    const answers = timely.filter(({ event, mustBeTaken }) => mustBeTaken || commandOf(event));
    const now = choose(blind > 4 && answers.length > 0 ? answers : timely, pick).event;
    const next = step(run, now);
    if (!next) continue;
    run = next;
    events.push(now);
    const faults = faultsOf(run);
    if (faults.length > 0) throw new Error(faults.join("\n"));
  }
  return { run, events };
}

/** Makes the snapshot anew from the events alone, each step from stored JSON. */
function fold({ flow, ref }: World, [first, ...events]: readonly FlowEvent[]): Snapshot | undefined {
  const begun = first && flow.create(ref, first)?.snapshot;
  return events.reduce<Snapshot | undefined>(
    (snapshot, event) => snapshot && flow.advance(plain(snapshot), plain(event))?.snapshot,
    begun,
  );
}

function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function choose(variants: readonly Variant[], pick: number): Variant {
  const chosen = variants[pick % variants.length];
  if (!chosen) throw new Error("There is nothing to choose from.");
  return chosen;
}
