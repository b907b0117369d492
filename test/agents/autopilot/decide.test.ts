import { expect, test } from "vitest";
import { decide } from "../../../agents/autopilot/decide.ts";
import { autonomyLevels } from "../../../bus/messages/ticket.ts";
import { briefOf } from "../../integration/agents/crew.ts";

const trusted = { kind: "human", id: "ann", trusted: true } as const;
const outsider = { kind: "github", id: "123", trusted: false } as const;

test.each([
  ["assign", "manual", trusted, 0, "wait"],
  ["assign", "assisted", trusted, 0, "go"],
  ["assign", "autonomous", trusted, 0, "go"],
  ["assign", "autonomous", outsider, 0, "wait"],
  ["approve", "manual", trusted, 0, "wait"],
  ["approve", "assisted", trusted, 0, "wait"],
  ["approve", "autonomous", trusted, 0, "go"],
  ["approve", "autonomous", trusted, 1, "go"],
  ["approve", "autonomous", trusted, 2, "wait"],
  ["approve", "autonomous", outsider, 0, "wait"],
] as const)("%s at %s, by %o, after %d reworks: %s", (question, autonomy, author, reworks, decision) => {
  expect(decide({ ticket: briefOf("", { autonomy, author }), question, reworks }).decision).toBe(decision);
});

test("every decision says why in one sentence", () => {
  for (const autonomy of autonomyLevels)
    for (const question of ["assign", "approve"] as const)
      for (const author of [trusted, outsider])
        expect(decide({ ticket: briefOf("", { autonomy, author }), question, reworks: 5 }).reason).toMatch(
          /^T-0001 [^.]+\.$/,
        );
});
