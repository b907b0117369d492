import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StackRelease } from "../../../bus/messages/stack-watch.ts";
import { chooseRelease, toReleaseViews } from "../../../agents/monitor/release-list.ts";
import { diffReleases } from "../../../agents/monitor/stack-service/releases.ts";
import { ReleaseStore } from "../../../stacks/releases/release-store.ts";
import type { DeployOutcome } from "../../../stacks/targets/target.ts";

let stateDir: string;
let store: ReleaseStore;
const url = "http://127.0.0.1:8088";
const commitOf = (name: string): string => Buffer.from(name).toString("hex").padEnd(40, "0");

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "dockfra-list-"));
  store = new ReleaseStore(stateDir, "shop");
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const run = async (releaseId: string, config: object, outcome: DeployOutcome["outcome"]): Promise<void> => {
  const release = { stack: "shop", commit: commitOf(releaseId), dir: "/x", releaseId };
  store.begin({ release, commandId: releaseId, by: "kim", ticket: "T-0001" });
  const reason = { kind: "conflict", code: "x", message: "it fell", retryable: false, params: {} } as const;
  if (outcome === "deployed")
    store.finish(
      releaseId,
      { outcome, url, releaseId, tookMs: 1 },
      { config: JSON.stringify(config), images: [] },
    );
  else store.finish(releaseId, { outcome, url, reason, evidence: [], logTail: [] }, undefined);
  await new Promise((resolve) => setTimeout(resolve, 3));
};
const web = (image: string, password: string): object => ({
  services: { web: { image, environment: { PASSWORD: password } } },
});

describe("a stack's releases", () => {
  beforeEach(async () => {
    await run("one", web("nginx:1", "a"), "deployed");
    await run("two", web("nginx:2", "a"), "deployed");
    await run("bad", {}, "restored");
    await run("worse", {}, "not_restored");
    await run("three", web("nginx:2", "b"), "deployed");
  });

  it("are told newest first, with what became of each", () => {
    const views = toReleaseViews(store, ({ id }) => store.config(id) !== undefined);
    expect(views.map(({ id, state, restorable }) => [id, state, restorable])).toEqual([
      ["three", "current", true],
      ["worse", "failed", false],
      ["bad", "restored", false],
      ["two", "kept", true],
      ["one", "kept", true],
    ]);
    for (const view of views) expect(StackRelease.parse(view)).toMatchObject({ by: "kim", ticket: "T-0001" });
  });

  it("leave out what is under way", () => {
    const release = { stack: "shop", commit: "f".repeat(40), dir: "/x", releaseId: "next" };
    store.begin({ release, commandId: "c", by: "kim" });
    expect(toReleaseViews(store, () => true).map(({ id }) => id)).not.toContain("next");
  });

  it("are chosen by id, by commit, or as the one before", () => {
    const status = { releaseId: "three", commit: commitOf("three") };
    const choose = (wanted?: string): string => chooseRelease("shop", store.list(), status, wanted).id;
    expect(choose()).toBe("two");
    expect(choose("one")).toBe("one");
    expect(choose(commitOf("one").slice(0, 7))).toBe("one");
    expect(() => choose("nothing")).toThrow(expect.objectContaining({ code: "release_unknown" }));
    const first = { releaseId: "one", commit: commitOf("one") };
    expect(() => chooseRelease("shop", store.list(), first, undefined)).toThrow(
      expect.objectContaining({ code: "release_unknown" }),
    );
  });

  it("differ in what changed only, without a secret", () => {
    const diff = (to: string, from?: string): string =>
      diffReleases(store, { stack: "shop", to, from }, (text) => text);
    expect(diff("two").split("\n")).toEqual(
      expect.arrayContaining(["--- one", "+++ two", "-    image: nginx:1", "+    image: nginx:2"]),
    );
    expect(diff("three")).toContain('+      PASSWORD: "*** (changed)"');
    expect(diff("three", "one")).toContain("--- one");
    expect(diff("one")).toContain("--- nothing");
    expect(diff("two", "two")).toBe("");
    expect(() => diff("bad")).toThrow(expect.objectContaining({ code: "release_config_missing" }));
    expect(() => diff("nothing")).toThrow(expect.objectContaining({ code: "release_unknown" }));
  });
});
