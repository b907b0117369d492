import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { tryHeaders } from "./header-cells.ts";
import type { Killed } from "./kill.ts";
import { mutantKinds } from "./mutants.ts";
import { killAll } from "./proof.ts";
import { tryRedirecting } from "./redirect-cells.ts";
import { runTogether } from "./run.ts";
import { openStage, type Stage } from "./stage.ts";
import { withoutWall } from "./switches.ts";

const seed = Number(process.env["DOCKFRA_MATRIX_SEED"] ?? Date.now() % 1_000_000);
const unnoticed = (killed: readonly Killed[]): string[] =>
  killed
    .filter(({ by }) => by === undefined)
    .map(({ mutant }) => `${mutant.principal}: ${mutant.kind}: ${mutant.grant}`);

describe("the matrix notices", { timeout: 300_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  test(`any single grant more or less (alone with seed ${seed})`, async () => {
    const { all, alone } = await killAll(stage, { seed, alone: 12 });
    expect(unnoticed(all)).toEqual([]);
    expect(unnoticed(alone)).toEqual([]);
    expect(all.length).toBeGreaterThan(5_000);
    expect(new Set(all.map(({ mutant }) => mutant.kind))).toEqual(new Set(mutantKinds));
  });

  test("replies that cross where a role shares CORE's account", async () => {
    const bare = await openStage();
    onTestFinished(() => bare[Symbol.asyncDispose]());
    await bare.reload(withoutWall("developer"));
    const outcomes = await runTogether(bare, [tryRedirecting]);
    const crossed = outcomes.filter(({ fault }) => fault !== undefined);
    expect(new Set(crossed.map(({ principal }) => principal))).toEqual(new Set(["developer"]));
    expect(crossed.length).toBeGreaterThan(20);
  });

  test("headers that a stream obeys when a role sends them", async () => {
    const bare = await openStage();
    onTestFinished(() => bare[Symbol.asyncDispose]());
    const { config } = await bare.api<{ config: object }>("STREAM.INFO.walls-FEED");
    await bare.api("STREAM.UPDATE.walls-FEED", { ...config, allow_rollup_hdrs: true });
    const outcomes = await runTogether(bare, [tryHeaders]);
    const wrong = outcomes.filter(({ fault }) => fault !== undefined).map(({ what }) => what);
    expect(new Set(wrong)).toEqual(new Set(["rollup", "streams afterwards"]));
  });
});
