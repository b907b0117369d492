import { beforeAll, describe, expect, test } from "vitest";
import { gapsOf } from "./support/coverage.ts";
import { createDeployWorld } from "./support/deploy-world.ts";
import { explore, type Exploration, type World } from "./support/explorer.ts";

describe("the deploy chart, every event in every state", () => {
  let world: World;
  let found: Exploration;
  beforeAll(() => {
    world = createDeployWorld();
    found = explore(world);
  }, 120_000);

  test("keeps every rule of a flow", () => expect(found.faults).toEqual([]));
  test("visits every state, takes every transition, sees every guard say yes and no", () => {
    expect(gapsOf(world.probe)).toEqual([]);
  });
  test("leaves no event untaken", () => expect(found.neverTaken).toEqual([]));
  test("takes the asks of tickets wherever the lane is, and a release only from a trial", () => {
    const lane = ["deploying", "idle", "preparing", "restoring", "trial"];
    expect([...(found.takers.get("deploy.request") ?? [])].toSorted()).toEqual(lane);
    expect([...(found.takers.get("deploy.rollback") ?? [])].toSorted()).toEqual(lane);
    expect([...(found.takers.get("deploy.confirm") ?? [])]).toContain("trial");
  });
});
