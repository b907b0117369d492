import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { principals } from "../../../../bus/messages/principals.ts";
import { describeOutcome, tries, type Outcome } from "./cell.ts";
import { runAll } from "./run.ts";
import { openStage, type Stage } from "./stage.ts";

describe("every principal on every subject and API of the real server", () => {
  let stage: Stage;
  let outcomes: Outcome[];
  beforeAll(async () => {
    stage = await openStage();
    outcomes = await runAll(stage);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  test("gets what the capability table says and nothing else", () => {
    expect(outcomes.filter(({ fault }) => fault !== undefined).map(describeOutcome)).toEqual([]);
  });

  test("is tried in all ways, in thousands of cells", () => {
    expect(outcomes.length).toBeGreaterThan(10_000);
    expect(new Set(outcomes.map(({ how }) => how))).toEqual(new Set(tries));
    for (const principal of principals) {
      const own = outcomes.filter((outcome) => outcome.principal === principal);
      expect(own.filter(({ allowed }) => allowed).length).toBeGreaterThan(20);
      expect(own.filter(({ allowed }) => !allowed).length).toBeGreaterThan(800);
    }
  });
});
