import { conflict } from "../../../bus/kernel/errors.ts";
import type { Cause, FlowEvent, FlowRecord, FlowRef } from "../../../bus/messages/flow.ts";
import type { FlowInput, Step } from "../../../orchestrator/flows/step.ts";
import type { Effect, FlowDefinition, Transition } from "../../../workflows/flow.ts";
import { createTicketContext } from "../../../workflows/ticket/context.ts";
import { createRegistry } from "../../../workflows/registry.ts";

/** So that the read model can show it. */
const ticket = createTicketContext({
  id: "T-0001",
  title: "A toy",
  author: { kind: "human", id: "ada", trusted: true },
  atMs: 0,
  by: { principal: "operator" },
});

/** A flow whose events say themselves where they lead: `go` to a value with effects, anything else is refused. */
export function createToyFlow(version = 1): FlowDefinition {
  const lead = (event: FlowEvent): Transition | undefined => {
    const {
      to,
      effects = [],
      done = false,
    } = event as { to?: string; effects?: readonly Effect[]; done?: boolean };
    if (to === undefined) return undefined;
    return {
      snapshot: { value: to, context: { ...ticket, made: version, event: event.type }, done },
      effects,
    };
  };
  return {
    kind: "ticket",
    version,
    create: (_ref, event) => (event.type === "begin" ? lead(event) : undefined),
    advance: (_snapshot, event) => lead(event),
    refuse: (snapshot, event) =>
      conflict("not_now", `"${event.type}" does not work in ${String(snapshot.value)}.`).toJSON(),
  };
}

export const toyRegistry = createRegistry([createToyFlow()]);
export const toyRef: FlowRef = { kind: "ticket", id: "T-0001" };

/** A command for a worker, as an effect. */
export const ask = (command = "manager.triage" as const, input: unknown = {}): Effect => ({
  type: "command",
  command,
  input,
});

let count = 0;

/** An input that leads to a value. */
export function go(to: string, effects: readonly Effect[] = [], rest: Partial<FlowInput> = {}): FlowInput {
  const cause: Cause = { id: `cause-${(count += 1)}`, kind: "intent", principal: "operator" };
  return { ref: toyRef, event: { type: "go", to, effects }, cause, correlationId: "story", ...rest };
}

/** The input that begins the flow. */
export function begin(to: string, effects: readonly Effect[] = [], rest: Partial<FlowInput> = {}): FlowInput {
  return go(to, effects, { event: { type: "begin", to, effects }, ...rest });
}

/** The record of a step that must move. */
export function recordOf(step: Step): FlowRecord {
  if (step.kind !== "moved") throw new Error(`The step was ${step.kind}: ${JSON.stringify(step)}`);
  return step.record;
}
