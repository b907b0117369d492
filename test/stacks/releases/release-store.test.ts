import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ReleaseStore } from "../../../stacks/releases/release-store.ts";
import type { DeployOutcome, ReleaseRef } from "../../../stacks/targets/target.ts";

let stateDir: string;
let store: ReleaseStore;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "dockfra-releases-"));
  store = new ReleaseStore(stateDir, "shop");
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const url = "http://127.0.0.1:8088";
const ref = (releaseId: string): ReleaseRef => ({
  ...{ stack: "shop", commit: releaseId.padEnd(40, "0"), dir: "/x", releaseId },
});
const deployed = (releaseId: string): DeployOutcome => ({ outcome: "deployed", url, releaseId, tookMs: 1 });
const failed = (outcome: "restored" | "not_restored", message: string): DeployOutcome => ({
  ...{ outcome, url, evidence: [], logTail: [] },
  reason: { kind: "invalid_input", code: "start_failed", message, retryable: false, params: {} },
});
const contents = {
  config: '{"services":{}}',
  images: [{ service: "web", image: "nginx", digest: "sha256:1" }],
};
const run = (id: string, outcome: DeployOutcome, commandId: string = id): void => {
  store.begin({ release: ref(id), commandId, by: "kim", ticket: "T-0001" });
  store.finish(id, outcome, outcome.outcome === "deployed" ? contents : undefined);
};

describe("the records of releases", () => {
  it("keep who, when, what and how it went, private to their owner", () => {
    run("a", deployed("a"));
    expect(store.list()).toMatchObject([
      {
        id: "a",
        stack: "shop",
        by: "kim",
        ticket: "T-0001",
        outcome: "deployed",
        url,
        images: contents.images,
      },
    ]);
    expect(store.config("a")).toBe(contents.config);
    const file = join(stateDir, "releases", "shop", "records", "a", "config.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("know what runs: the last that came up, not one that failed", () => {
    expect(store.current()).toBeUndefined();
    run("a", deployed("a"));
    run("b", failed("restored", "it fell"));
    run("c", failed("not_restored", "it fell too"));
    expect(store.current()?.id).toBe("a");
    expect(store.list().find(({ id }) => id === "b")).toMatchObject({
      outcome: "restored",
      reason: "it fell",
    });
    expect(store.config("b")).toBeUndefined();
  });

  it("know a release again that was brought back, and keep its first author and time", async () => {
    run("a", deployed("a"));
    const first = store.list()[0]?.atMs;
    await new Promise((resolve) => setTimeout(resolve, 5));
    run("b", deployed("b"));
    expect(store.current()?.id).toBe("b");
    await new Promise((resolve) => setTimeout(resolve, 5));
    store.begin({ release: ref("a"), commandId: "back", by: "lee" });
    store.finish("a", deployed("a"), contents);
    expect(store.current()).toMatchObject({ id: "a", by: "kim", atMs: first });
    expect(store.list().map(({ id }) => id)).toEqual(["b", "a"]);
  });

  it("note what was taken away again", () => {
    run("a", deployed("a"));
    run("b", deployed("b"));
    store.revert("b", "T-0001 was not accepted.");
    expect(store.current()?.id).toBe("a");
    store.revert("nobody", "x");
    expect(store.list().find(({ id }) => id === "b")).toMatchObject({
      outcome: "reverted",
      reason: "T-0001 was not accepted.",
    });
  });

  it("leave one under way without an outcome", () => {
    store.begin({ release: ref("a"), commandId: "c", by: "kim" });
    expect(store.list()[0]?.outcome).toBeUndefined();
    expect(store.begin({ release: ref("a"), commandId: "c", by: "lee" }).by).toBe("kim");
  });

  it("do not mind damaged ones and names that lead elsewhere", () => {
    run("a", deployed("a"));
    const dir = join(stateDir, "releases", "shop", "records", "broken");
    mkdirSync(dir);
    writeFileSync(join(dir, "record.json"), "{");
    expect(store.list().map(({ id }) => id)).toEqual(["a"]);
    expect(store.config("../../../etc")).toBeUndefined();
    expect(store.config("broken")).toBeUndefined();
  });

  it("are fifty, and the one that runs", () => {
    run("a", deployed("a"));
    for (let count = 0; count < 55; count++) run(`f${count}`, failed("restored", "no"));
    expect(store.list().length).toBeLessThanOrEqual(51);
    expect(store.current()?.id).toBe("a");
  });
});
