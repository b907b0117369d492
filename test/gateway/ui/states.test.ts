import { expect, test } from "vitest";
import { ticketStates } from "../../../bus/messages/ticket.ts";
import {
  columnOf,
  columns,
  needsPerson,
  stepOf,
  steps,
  toneOf,
  verbsOf,
} from "../../../gateway/ui/src/tickets/states.ts";
import { ticket } from "./support/ticket.ts";

test("every state has a column, a colour and a place on the way", () => {
  for (const state of ticketStates) {
    expect(columns).toContain(columnOf(state));
    expect(toneOf(state)).toMatch(/^(?:quiet|busy|wait|bad|good)$/);
    expect(steps[stepOf(ticket({ state }))]).toBeDefined();
  }
});

test("what stands still waits for a person", () => {
  const waiting = ticketStates.filter((state) => needsPerson(ticket({ state })));
  expect(waiting).toEqual(["approving", "blocked", "paused"]);
});

test("a ticket that does not begin by itself can be told to, by its level or by its author", () => {
  expect(verbsOf(ticket({ autonomy: "manual" }))).toContain("assign");
  expect(verbsOf(ticket({ author: { kind: "github", id: "7", trusted: false } }))).toContain("assign");
  expect(verbsOf(ticket())).not.toContain("assign");
  expect(needsPerson(ticket({ autonomy: "manual" }))).toBe(true);
});

test("a blocked ticket is where it stopped", () => {
  const error = {
    kind: "conflict",
    code: "tests_failed",
    message: "no",
    retryable: false,
    params: {},
  } as const;
  expect(steps[stepOf(ticket({ state: "blocked", blocked: { step: "verifying", error } }))]).toBe("verify");
  expect(verbsOf(ticket({ state: "blocked" }))).toEqual(["resume", "cancel"]);
});
