import { expect } from "vitest";
import type { CommandType } from "../../../bus/messages/commands.ts";
import type { TicketState } from "../../../bus/messages/ticket.ts";
import type { Run } from "./run.ts";
import type { Expectation, Outcome } from "./story.ts";

/** Writes a chart's value as a path: `{open: "deciding"}` becomes `open.deciding`. */
export function pathOf(value: unknown): string {
  if (typeof value === "string") return value;
  const [[name, inner] = ["", ""]] = Object.entries(value as Record<string, unknown>);
  return `${name}.${pathOf(inner)}`;
}

/** The flow is in this state, named as a path; the name of a parent is enough. */
export function inState(path: string): Expectation {
  return ({ after }) => {
    const now = pathOf(after.snapshot.value);
    expect(now === path || now.startsWith(`${path}.`), `in ${now}, not in ${path}`).toBe(true);
  };
}

/** Exactly these commands went out, in this order. */
export function commands(...types: readonly CommandType[]): Expectation {
  return (outcome) =>
    expect(outcome.effects.flatMap((effect) => (effect.type === "command" ? [effect.command] : []))).toEqual(
      types,
    );
}

/** A command went out with at least this input. */
export function commanded(type: CommandType, input: object): Expectation {
  return ({ effects }) =>
    expect(effects).toContainEqual(
      expect.objectContaining({ type: "command", command: type, input: expect.objectContaining(input) }),
    );
}

/** Exactly these events went to other flows, each with at least these fields. */
export function sends(
  ...events: readonly { readonly to: string; readonly type: string; readonly [field: string]: unknown }[]
): Expectation {
  return ({ effects }) => {
    const sent = effects.flatMap((effect) =>
      effect.type === "send" ? [{ to: effect.to.id, ...effect.event }] : [],
    );
    expect(sent).toEqual(events.map((event) => expect.objectContaining(event)));
  };
}

/** The event was not taken, the flow is as it was, and the answer has this code. */
export function refused(code: string): Expectation {
  return ({ before, after, refusal }) => {
    expect(refusal?.code).toBe(code);
    expect(after.snapshot).toBe(before?.snapshot);
  };
}

/** The context has at least these facts. */
export function remembers(facts: object): Expectation {
  return ({ after }) => expect(after.snapshot.context).toMatchObject(facts);
}

/** The ticket stands still for this coded reason, and says which step stopped. */
export function blocked(step: TicketState, code: string): Expectation {
  return (outcome) => {
    inState("blocked")(outcome);
    expect(outcome.after.snapshot.context).toMatchObject({ blocked: { step, error: { code } } });
  };
}

/** Nothing is pending and no timer runs: only a person moves this on. */
export function waitsForPerson(): Expectation {
  return ({ after }) =>
    expect({ pending: after.pending, timers: after.timers }).toEqual({ pending: [], timers: [] });
}

/** These commands and sends still count, by their names. */
export function pending(...names: readonly string[]): Expectation {
  return ({ after }) => expect(pendingNames(after)).toEqual(names);
}

/** What a run still waits for, by name. */
export function pendingNames(run: Run): string[] {
  return run.pending.map((item) => (item.type === "command" ? item.command : item.event.type));
}

/** Anything else that a story wants to see. */
export function sees(look: (outcome: Outcome) => void): Expectation {
  return look;
}
