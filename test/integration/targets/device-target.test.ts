import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDeviceFiles } from "../../../stacks/targets/device/ssh-files.ts";
import { createDeviceTarget } from "../../../stacks/targets/device/device-target.ts";
import type { DeviceKeys, DeviceSpec } from "../../../stacks/targets/device/device-spec.ts";
import type { ReleaseRef, Target } from "../../../stacks/targets/target.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { startTestDevice, type TestDevice } from "./device-stack.ts";
import { describeTarget, type Behaviour, type TargetHarness } from "./target-contract.ts";

let device: TestDevice;

describeWithEngine("on a simulated device", () => {
  beforeAll(async () => {
    device = await startTestDevice();
  }, 600_000);
  afterAll(async () => {
    await device[Symbol.asyncDispose]();
  }, 120_000);

  describeTarget("the device target", {
    createHarness: async () => {
      await device.wipe();
      return harnessOf(device);
    },
    zeroDowntime: false,
    // a device has no process of the release's own that could end
    crashCode: /^device_unhealthy$/,
    failureCode: /^device_unhealthy$/,
    timeoutMs: 60_000,
  });

  describe("a device", () => {
    let target: Target;
    let count = 0;
    const id = (): string => `d-${process.pid}-${++count}`;

    beforeEach(async () => {
      await device.wipe();
      target = createDeviceTarget({ stack: "rpi3", spec: specOf(device), keys: device.keys });
    });

    const release = async (name: string, files: Record<string, string>): Promise<ReleaseRef> => {
      const dir = device.scratch.path("trees", `${name}-${++count}`);
      for (const [path, text] of Object.entries({ "well.txt": "ok", ...files })) {
        await mkdir(join(dir, path, ".."), { recursive: true });
        await writeFile(join(dir, path), text);
      }
      const commit = Buffer.from(name).toString("hex").padEnd(40, "0").slice(0, 40);
      return { stack: "rpi3", commit, dir, releaseId: name };
    };
    const get = async (path: string): Promise<Response> => fetch(device.url + path);

    it("serves what was deployed and says which release it is, since when", async () => {
      expect((await get("/health")).status).toBe(503);
      const one = await release("one", {
        "public/index.html": "<h1>One</h1>",
        "public/a b/ü.txt": "x",
        "public/well.txt": "ok",
      });
      const beforeMs = Date.now();
      await target.deploy({ commandId: id(), release: one });
      expect(await (await get("/")).text()).toBe("<h1>One</h1>");
      expect(await (await get("/a%20b/%C3%BC.txt")).text()).toBe("x");
      const health = (await (await get("/health")).json()) as { since: string };
      expect(health).toMatchObject({ status: "ok", release: "one" });
      expect(Date.parse(health.since)).toBeGreaterThan(beforeMs - 2_000);
      expect(await (await get("/api/status")).json()).toMatchObject({
        device: "rpi3",
        running: true,
        release: "one",
        commit: one.commit,
      });
      for (const path of ["/.dockfra-release.json", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd"])
        expect((await get(path)).status).toBe(404);
      expect((await fetch(`${device.url}/`, { method: "POST" })).status).toBe(405);
    });

    it("fails no request during ten switches", async () => {
      await target.deploy({ commandId: id(), release: await release("v0", { "index.html": "v0" }) });
      const stop = new AbortController();
      const seen = new Set<string>();
      const failures: string[] = [];
      const load = (async () => {
        while (!stop.signal.aborted) {
          const answer = await get("/").catch((error: unknown) => String(error));
          if (typeof answer === "string" || answer.status !== 200) failures.push(JSON.stringify(answer));
          else seen.add(await answer.text());
        }
      })();
      for (let version = 1; version <= 10; version++)
        await target.deploy({
          commandId: id(),
          release: await release(`v${version}`, { "index.html": `v${version}` }),
        });
      stop.abort();
      await load;
      expect(failures).toEqual([]);
      expect(seen.size).toBeGreaterThan(8);
      await using files = await openDeviceFiles("rpi3", specOf(device), device.keys);
      expect((await files.list("/srv/app/releases")).length).toBeLessThanOrEqual(6);
    });

    it("sends names that a shell would read as they are, and nothing outside", async () => {
      const names = ["$(touch pwned).txt", "a; rm -rf x.txt", "-rf", "new\nline.txt", "`id`.txt", "'\".txt"];
      const odd = await release("odd", Object.fromEntries(names.map((name) => [name, name])));
      await execa("ln", ["-s", "/etc/passwd", join(odd.dir, "leak.txt")]);
      const lines: string[] = [];
      await target.deploy({ commandId: id(), release: odd }, { onProgress: (line) => lines.push(line) });
      for (const name of names) expect(await (await get(`/${encodeURIComponent(name)}`)).text()).toBe(name);
      expect((await get("/leak.txt")).status).toBe(404);
      expect(lines).toContainEqual(expect.stringContaining("leak.txt"));
    });

    it("refuses another host key than the pinned one, before anything is sent", async () => {
      const other = await device.otherHostKey();
      const one = await release("one", { "index.html": "one" });
      const changed = createDeviceTarget({
        stack: "rpi3",
        spec: { ...specOf(device), hostKey: other },
        keys: device.keys,
      });
      await expect(changed.deploy({ commandId: id(), release: one })).rejects.toMatchObject({
        code: "host_key_changed",
        kind: "denied",
        retryable: false,
      });
      expect((await get("/health")).status).toBe(503);
      expect(await changed.status()).toMatchObject({
        running: false,
        detail: expect.stringMatching(/pinned/),
      });
      const unknown = createDeviceTarget({
        stack: "rpi3",
        spec: specOf(device),
        keys: { ...device.keys, knownHostsFile: "/dev/null" },
      });
      await expect(unknown.deploy({ commandId: id(), release: one })).rejects.toMatchObject({
        code: "host_key_unknown",
        params: { key: expect.stringMatching(/^ssh-ed25519 AAAA/) as string },
      });
    });

    it("says what is wrong with a key or an address", async () => {
      const one = await release("one", { "index.html": "one" });
      const deploy = (spec: Partial<DeviceSpec>, keys: Partial<DeviceKeys> = {}) =>
        createDeviceTarget({
          stack: "rpi3",
          spec: { ...specOf(device), ...spec },
          keys: { ...device.keys, ...keys },
        }).deploy({ commandId: id(), release: one });
      await expect(deploy({}, { privateKeyFile: device.strangerKey })).rejects.toMatchObject({
        code: "device_refused",
      });
      await expect(deploy({}, { privateKeyFile: "/nowhere" })).rejects.toMatchObject({
        code: "device_key_missing",
      });
      await expect(deploy({ port: 1 })).rejects.toMatchObject({
        code: "device_unreachable",
        retryable: true,
      });
      await expect(deploy({ path: "/etc/x" })).rejects.toMatchObject({ code: "device_failed" });
    });

    it("ends in the old or the new release when it is killed at any moment", async () => {
      const one = await release("one", { "index.html": "one" });
      await target.deploy({ commandId: id(), release: one });
      const files = Object.fromEntries(
        Array.from({ length: 300 }, (_, index) => [`data/${index}.txt`, "x".repeat(2_000)]),
      );
      for (const afterMs of [250, 400, 550, 700, 900, 1_200]) {
        const name = `two-${afterMs}`;
        const two = await release(name, { ...files, "index.html": name });
        const commandId = id();
        await killDuring({ commandId, release: two }, afterMs);
        const seen = await (await get("/")).text();
        expect(["one", name].some((text) => text === seen) || seen.startsWith("two-")).toBe(true);
        expect((await get("/health")).status).toBe(200);
        expect(await target.deploy({ commandId, release: two })).toMatchObject({ outcome: "deployed" });
        expect(await (await get("/")).text()).toBe(name);
      }
      await using there = await openDeviceFiles("rpi3", specOf(device), device.keys);
      const left = await there.list("/srv/app/releases");
      expect(left.filter((entry) => entry.name.endsWith(".draft"))).toEqual([]);
    });

    it("puts back what ran before a command that was cut off unproved, when another one comes", async () => {
      const one = await release("one", { "index.html": "one" });
      await target.deploy({ commandId: id(), release: one });
      const bad = await release("bad", { "index.html": "bad" });
      await killDuring({ commandId: id(), release: bad }, "switched", {
        health: "/missing",
        healthTimeoutMs: 60_000,
      });
      expect(await (await get("/")).text()).toBe("bad");
      const worse = await release("worse", { "index.html": "worse", "well.txt": "" });
      const failing = createDeviceTarget({
        stack: "rpi3",
        spec: { ...specOf(device), health: "/one-only", healthTimeoutMs: 500 },
        keys: device.keys,
      });
      expect(await failing.deploy({ commandId: id(), release: worse })).toMatchObject({
        outcome: "not_restored",
      });
      expect(await (await get("/")).text()).toBe("one");
    });

    /** Lets another process deploy, and kills it after so long, or once it has switched. */
    async function killDuring(
      request: { commandId: string; release: ReleaseRef },
      when: number | "switched",
      change: Partial<DeviceSpec> = {},
    ): Promise<void> {
      const module = join(import.meta.dirname, "../../../stacks/targets/device/device-target.ts");
      const options = { stack: "rpi3", spec: { ...specOf(device), ...change }, keys: device.keys };
      const script = await device.scratch.write(
        "killed.ts",
        `import { createDeviceTarget } from ${JSON.stringify(module)};
         await createDeviceTarget(${JSON.stringify(options)}).deploy(${JSON.stringify(request)}, { onProgress: console.log });`,
      );
      const child = execa(process.execPath, [script], { reject: false, stdin: "ignore" });
      await new Promise<void>((resolve) => {
        if (typeof when === "number") setTimeout(resolve, when);
        else
          child.stdout.on("data", (lines: Buffer) => {
            if (lines.includes("switched to")) resolve();
          });
      });
      child.kill("SIGKILL");
      await child;
    }
  });
});

function specOf({ port, url }: TestDevice): DeviceSpec {
  return {
    ...{ host: "127.0.0.1", port, user: "device", path: "/srv/app", artifactDir: "." },
    ...{ url, health: "/well.txt", healthTimeoutMs: 1_500 },
  };
}

function harnessOf(on: TestDevice): TargetHarness {
  return {
    stack: "rpi3",
    url: on.url,
    createTarget: () => createDeviceTarget({ stack: "rpi3", spec: specOf(on), keys: on.keys }),
    startedLine: (version) => `started r-${version}`,
    writeRelease: async (dir, name, behaviour: Behaviour) => {
      await mkdir(dir, { recursive: true });
      await writeFile(join(dir, "index.html"), `version ${name}`);
      if (behaviour === "good") await writeFile(join(dir, "well.txt"), "ok");
    },
    killApp: () => on.crashWeb(),
    close: () => Promise.resolve(),
  };
}
