import { unavailable } from "../../bus/kernel/errors.ts";
import type { Clock } from "../../bus/kernel/clock.ts";
import type { FlowRecord, FlowRef } from "../../bus/messages/flow.ts";
import type { FlowLog, StoredRecord } from "../../bus/ports/flow-log.ts";
import type { FlowRegistry } from "../../workflows/registry.ts";
import { createFlowCache } from "./cache.ts";
import { createSerial } from "./serial.ts";
import { step, type FlowInput, type Step } from "./step.ts";

/** A step whose record is stored. */
export type Moved = Extract<Step, { kind: "moved" }> & { readonly before: FlowRecord | undefined };

/** What became of an input; everything but `refused` is stored. */
export type Outcome =
  | { readonly kind: "moved"; readonly record: FlowRecord }
  | { readonly kind: "repeated"; readonly record: FlowRecord; readonly version: number }
  | Extract<Step, { kind: "refused" }>
  /** Only when creating: a flow of this name exists. */
  | { readonly kind: "taken" };

export interface FlowRunnerOptions {
  readonly flows: FlowLog;
  readonly registry: FlowRegistry;
  readonly clock: Clock;
  /** Does what a stored step asks for; must not throw, the sweep does again what was lost. */
  readonly afterAppend: (moved: Moved) => Promise<void>;
  /** Does again what the last step of a flow asked for. */
  readonly again: (record: FlowRecord) => Promise<void>;
}

const maxRaces = 20;

/** Moves flows: one input at a time per flow, guarded against other orchestrators by the log itself. */
export function createFlowRunner({ flows, registry, clock, afterAppend, again }: FlowRunnerOptions) {
  const cache = createFlowCache();
  const serial = createSerial();
  const keyOf = ({ kind, id }: FlowRef) => `${kind}/${id}`;

  async function load(ref: FlowRef, minSeq = 0): Promise<StoredRecord | undefined> {
    const known = cache.get(keyOf(ref));
    return known && known.seq >= minSeq ? known : newest(ref);
  }

  async function newest(ref: FlowRef): Promise<StoredRecord | undefined> {
    const stored = await flows.last(ref);
    if (stored) cache.set(keyOf(ref), stored);
    else cache.drop(keyOf(ref));
    return stored;
  }

  async function tryOnce(input: FlowInput): Promise<Outcome | "lost"> {
    const stored = await load(input.ref);
    const next = step(registry, stored?.record, input, clock.nowMs());
    if (next.kind === "refused") {
      // The guess may be old: refuse only by what the log says.
      return (await isNewest(input.ref, stored)) ? next : "lost";
    }
    if (next.kind === "repeated") {
      const record = (stored as StoredRecord).record;
      if (record.version === next.version) await again(record);
      return { ...next, record };
    }
    const result = await flows.append(next.record, { expectedSeq: stored?.seq ?? 0 });
    if (!result.ok) {
      cache.drop(keyOf(input.ref));
      return "lost";
    }
    cache.set(keyOf(input.ref), { seq: result.seq, record: next.record });
    await afterAppend({ ...next, before: stored?.record });
    return { kind: "moved", record: next.record };
  }

  async function isNewest(ref: FlowRef, stored: StoredRecord | undefined): Promise<boolean> {
    return (await newest(ref))?.seq === stored?.seq;
  }

  return {
    /** Applies an input. @throws unavailable where the log does not answer */
    apply(input: FlowInput): Promise<Outcome> {
      return serial.run(keyOf(input.ref), async () => {
        for (let race = 0; race < maxRaces; race += 1) {
          const outcome = await tryOnce(input);
          if (outcome !== "lost") return outcome;
        }
        throw unavailable("flow_contended", `${input.ref.id} is changed by many at once. Try again.`, {
          params: { flow: input.ref.id },
        });
      });
    },

    /** Begins a flow under a name that may be taken; the same dedupe id never begins two. */
    create(input: FlowInput, dedupeId: string): Promise<Outcome> {
      return serial.run(keyOf(input.ref), async () => {
        const next = step(registry, undefined, input, clock.nowMs());
        if (next.kind !== "moved") return { kind: "taken" } as const;
        const result = await flows.append(next.record, { expectedSeq: 0, dedupeId });
        if (result.ok) {
          cache.set(keyOf(input.ref), { seq: result.seq, record: next.record });
          await afterAppend({ ...next, before: undefined });
          return { kind: "moved", record: next.record } as const;
        }
        if (result.reason === "stale") return { kind: "taken" } as const;
        const first = await flows.at(result.seq);
        if (!first)
          throw unavailable(
            "log_gap",
            "The log lost a record it had acknowledged. Look at the store's disk.",
          );
        return { kind: "repeated", record: first.record, version: first.record.version } as const;
      });
    },

    /** The last record as this orchestrator knows it; by the log where it knows none of that sequence or later. */
    load,

    /** The last record by the log: another orchestrator may have moved the flow on. */
    newest,

    /** Forgets every guess, after the server came back. */
    reset: (): void => cache.clear(),
  };
}
export type FlowRunner = ReturnType<typeof createFlowRunner>;
