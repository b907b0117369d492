import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DeployOutcome, ReleaseRef, Target } from "../../../stacks/targets/target.ts";
import { startLoad } from "./http-load.ts";

/** How the app of a release behaves. */
export const behaviours = ["good", "unhealthy", "crashing", "hanging"] as const;
export type Behaviour = (typeof behaviours)[number];

/** What an implementation gives to be held to the contract. */
export interface TargetHarness {
  readonly stack: string;
  readonly url: string;
  /** Makes a target as a newly started monitor would. */
  createTarget(): Target;
  /** Writes the tree of a release whose page says `version <name>`. */
  writeRelease(dir: string, name: string, behaviour: Behaviour): Promise<void>;
  /** Ends the app from outside, as a crash would. */
  killApp(): Promise<void>;
  /** What stands in the log once a version was started; default: `started <version>`. */
  startedLine?(version: string): string;
  close(): Promise<void>;
}

export interface ContractOptions {
  readonly createHarness: (root: string) => Promise<TargetHarness>;
  /** Whether the old release answers while the new one starts. */
  readonly zeroDowntime: boolean;
  /** Why a release failed that ends at its start; default: it did not start. */
  readonly crashCode?: RegExp;
  /** Why any other release failed, where there is but one reason. */
  readonly failureCode?: RegExp;
  readonly timeoutMs: number;
}

/** The suite that every target passes. */
export function describeTarget(
  name: string,
  {
    createHarness,
    zeroDowntime,
    crashCode = /^start_failed$/,
    failureCode = /^(health_timeout|start_failed)$/,
    timeoutMs,
  }: ContractOptions,
): void {
  describe(`${name} keeps the contract of a target`, { timeout: timeoutMs }, () => {
    let root: string;
    let harness: TargetHarness;
    let target: Target;

    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), "dockfra-target-"));
      harness = await createHarness(root);
      target = harness.createTarget();
    }, timeoutMs);

    afterEach(async () => {
      try {
        await harness.close();
      } finally {
        await rm(root, { recursive: true, force: true });
      }
    }, timeoutMs);

    let count = 0;
    const release = async (version: string, behaviour: Behaviour = "good"): Promise<ReleaseRef> => {
      const dir = join(root, "dockfra", "releases", version);
      await harness.writeRelease(dir, version, behaviour);
      const commit = Buffer.from(version).toString("hex").padEnd(40, "0").slice(0, 40);
      return { stack: harness.stack, commit, dir, releaseId: `r-${version}` };
    };
    const commandId = (): string => `test-${process.pid}-${++count}`;
    const page = async (): Promise<string> => {
      const answer = await fetch(harness.url, { headers: { connection: "close" } });
      if (!answer.ok) throw new Error(`The app answered ${answer.status}.`);
      return answer.text();
    };
    const started = (version: string): string => harness.startedLine?.(version) ?? `started ${version}`;
    const deploy = async (ref: ReleaseRef, id: string = commandId()): Promise<DeployOutcome> =>
      target.deploy({ commandId: id, release: ref });

    it("says that nothing runs before the first deploy", async () => {
      expect(await target.status()).toMatchObject({ running: false, healthy: false, url: harness.url });
      expect(await target.logs({ lines: 10 })).toEqual([]);
      await target.stop();
    });

    it("deploys, shows, logs and stops a release", async () => {
      const steps: string[] = [];
      const outcome = await target.deploy(
        { commandId: commandId(), release: await release("one") },
        { onProgress: (line) => steps.push(line) },
      );
      expect(outcome).toMatchObject({ outcome: "deployed", url: harness.url, releaseId: "r-one" });
      expect(steps.length).toBeGreaterThan(0);
      expect(await page()).toContain("version one");
      expect(await target.status()).toMatchObject({ running: true, healthy: true, releaseId: "r-one" });
      expect((await target.logs({ lines: 100 })).join("\n")).toContain(started("one"));
      await target.stop();
      await expect(page()).rejects.toThrow();
      expect(await target.status()).toMatchObject({ running: false, healthy: false });
    });

    it("replaces a release and brings the former one back", async () => {
      const one = await release("one");
      await deploy(one);
      await deploy(await release("two"));
      expect(await page()).toContain("version two");
      expect((await target.logs({ lines: 100 })).join("\n")).not.toContain(started("one"));
      expect(await target.restore({ commandId: commandId(), release: one })).toMatchObject({
        outcome: "deployed",
        releaseId: "r-one",
      });
      expect(await page()).toContain("version one");
      expect(await target.status()).toMatchObject({ healthy: true, releaseId: "r-one", commit: one.commit });
    });

    it("answers a repeated command from its record, also to a new monitor", async () => {
      const one = await release("one");
      const id = commandId();
      const first = await deploy(one, id);
      await deploy(await release("two"));
      expect(await deploy(one, id)).toEqual(first);
      expect(await harness.createTarget().deploy({ commandId: id, release: one })).toEqual(first);
      expect(await page()).toContain("version two");
    });

    it("does a command once that is asked twice at the same time", async () => {
      const one = await release("one");
      const id = commandId();
      const [left, right] = await Promise.all([deploy(one, id), deploy(one, id)]);
      expect(left).toMatchObject({ outcome: "deployed" });
      expect(right).toEqual(left);
      expect(
        (await target.logs({ lines: 100 })).filter((line) => line.includes(started("one"))),
      ).toHaveLength(1);
    });

    it.each<[Behaviour, RegExp]>([
      ["unhealthy", failureCode],
      ["crashing", crashCode],
      ["hanging", failureCode],
    ])("puts everything back when the new release is %s", async (behaviour, code) => {
      await deploy(await release("one"));
      await using load = startLoad(harness.url);
      const id = commandId();
      const bad = await release("bad", behaviour);
      const outcome = await deploy(bad, id);
      expect(outcome).toMatchObject({
        outcome: "restored",
        url: harness.url,
        reason: { code: expect.stringMatching(code) as string },
      });
      if (outcome.outcome === "deployed") throw new Error("unreachable");
      expect(outcome.evidence.at(-1)).toMatchObject({ passed: true });
      expect(outcome.logTail.join("\n")).toContain(started("bad"));
      expect(await page()).toContain("version one");
      expect(await target.status()).toMatchObject({ running: true, healthy: true, releaseId: "r-one" });
      expect(await deploy(bad, id)).toEqual(outcome);
      const seen = await load.stop();
      if (!zeroDowntime) return;
      expect(seen.failures).toEqual([]);
      expect(seen.bodies.filter((body) => body.includes("version bad"))).toEqual([]);
    });

    it("says so when there is nothing to put back", async () => {
      const outcome = await deploy(await release("bad", "crashing"));
      expect(outcome).toMatchObject({
        outcome: "not_restored",
        reason: { code: expect.stringMatching(crashCode) as string },
      });
      await expect(page()).rejects.toThrow();
      expect(await deploy(await release("one"))).toMatchObject({ outcome: "deployed" });
    });

    it("cancels a deploy and keeps what ran", async () => {
      await deploy(await release("one"));
      const outcome = await target.deploy(
        { commandId: commandId(), release: await release("bad", "hanging") },
        { signal: AbortSignal.timeout(700) },
      );
      expect(outcome).toMatchObject({ outcome: "restored", reason: { code: "deploy_cancelled" } });
      expect(await page()).toContain("version one");
    });

    it("has the app back after a crash", async () => {
      await deploy(await release("one"));
      await harness.killApp();
      await expect.poll(page, { timeout: 30_000, interval: 200 }).toContain("version one");
      await expect
        .poll(() => target.status(), { timeout: 30_000, interval: 200 })
        .toMatchObject({ running: true, healthy: true });
    });

    it("deploys again after a stop", async () => {
      const one = await release("one");
      await deploy(one);
      await target.stop();
      expect(await target.restore({ commandId: commandId(), release: one })).toMatchObject({
        outcome: "deployed",
      });
      expect(await page()).toContain("version one");
    });

    if (zeroDowntime)
      it("fails no request during ten switches under load", async () => {
        await deploy(await release("v0"));
        await using load = startLoad(harness.url);
        for (let version = 1; version <= 10; version++)
          expect(await deploy(await release(`v${version}`))).toMatchObject({ outcome: "deployed" });
        const seen = await load.stop();
        expect(seen.failures).toEqual([]);
        expect(seen.bodies.length).toBeGreaterThan(100);
        expect(new Set(seen.bodies).size).toBeGreaterThanOrEqual(10);
      });
  });
}
