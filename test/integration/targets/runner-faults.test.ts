import { readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer, connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createProcessTarget } from "../../../stacks/targets/process/process-target.ts";
import type { ReleaseRef, Target } from "../../../stacks/targets/target.ts";
import { freePort } from "./free-port.ts";
import { isAlive } from "./is-alive.ts";
import { startLoad } from "./http-load.ts";
import { writeApp } from "./sample-app.ts";
import type { Behaviour } from "./target-contract.ts";

/** Listens on a port. @throws EADDRINUSE */
function listenOn(port: number): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  const server = createServer();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", () => resolve(server));
  return promise;
}

describe("the runner of a process target", { timeout: 60_000 }, () => {
  let root: string;
  let dir: string;
  let port: number;
  let url: string;
  let target: Target;
  const command = [process.execPath, "server.cjs"];

  const createTarget = (
    spec: { command?: string[]; healthTimeoutMs?: number; env?: Record<string, string> } = {},
  ): Target =>
    createProcessTarget({
      stack: "shop",
      dir,
      spec: {
        url,
        command,
        env: { PORT: "{port}", APP_VERSION: "{commit}" },
        health: "/health",
        healthTimeoutMs: 5_000,
        dir: ".",
        ...spec,
      },
    });

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "dockfra-runner-"));
    dir = join(root, "dockfra", "targets", "shop");
    port = await freePort();
    url = `http://127.0.0.1:${port}`;
    target = createTarget();
  });

  afterEach(async () => {
    await target.stop();
    await rm(root, { recursive: true, force: true });
  });

  const release = async (name: string, behaviour: Behaviour = "good"): Promise<ReleaseRef> => {
    const tree = join(root, name);
    await writeApp(tree, name, behaviour);
    return { stack: "shop", commit: "abcdef0123456789".padEnd(40, "0"), dir: tree, releaseId: name };
  };
  const get = async (path = "/"): Promise<string> => (await fetch(url + path)).text();
  const runnerPid = (): number =>
    (JSON.parse(readFileSync(join(dir, "runner.lock"), "utf8")) as { pid: number }).pid;
  it("is started again after kill -9 by the next call, ends the orphan and brings the release back", async () => {
    await target.deploy({ commandId: "c1", release: await release("one") });
    const orphan = Number(await get("/pid"));
    const runner = runnerPid();
    process.kill(runner, "SIGKILL");
    await expect.poll(() => isAlive(runner)).toBe(false);
    expect(isAlive(orphan)).toBe(true);
    expect(await createTarget().status()).toMatchObject({ running: true, healthy: true, releaseId: "one" });
    expect(runnerPid()).not.toBe(runner);
    expect(isAlive(orphan)).toBe(false);
    expect(await get()).toBe("version one");
    expect(await target.deploy({ commandId: "c1", release: await release("one") })).toMatchObject({
      outcome: "deployed",
    });
    expect((await target.logs({ lines: 100 })).filter((line) => line.includes("started one"))).toHaveLength(
      2,
    );
  });

  it("loses nothing when killed in the middle of a deploy: the repeat deploys once", async () => {
    await target.deploy({ commandId: "c1", release: await release("one") });
    const two = await release("two", "hanging");
    const cut = target.deploy({ commandId: "c2", release: two });
    cut.catch(() => undefined);
    await expect.poll(() => readdir(join(dir, "logs"))).toContain("2.log");
    process.kill(runnerPid(), "SIGKILL");
    await expect(cut).rejects.toMatchObject({ code: "runner_lost", retryable: true });
    expect(await target.status()).toMatchObject({ healthy: true, releaseId: "one" });
    await writeApp(two.dir, "two", "good");
    expect(await target.deploy({ commandId: "c2", release: two })).toMatchObject({
      outcome: "deployed",
      releaseId: "two",
    });
    expect(await get()).toBe("version two");
    const state = JSON.parse(readFileSync(join(dir, "runner.json"), "utf8")) as {
      instances: { pid: number }[];
    };
    await expect
      .poll(() => state.instances.filter(({ pid }) => isAlive(pid)).length, { timeout: 15_000 })
      .toBeLessThanOrEqual(2);
  });

  it("is one, however many monitors ask at once", async () => {
    await target.deploy({ commandId: "c1", release: await release("one") });
    const runner = runnerPid();
    process.kill(runner, "SIGKILL");
    await expect.poll(() => isAlive(runner)).toBe(false);
    const all = await Promise.all(Array.from({ length: 4 }, () => createTarget().status()));
    expect(all.map(({ healthy }) => healthy)).toEqual([true, true, true, true]);
    expect((await target.logs({ lines: 100 })).filter((line) => line.includes("started one"))).toHaveLength(
      2,
    );
  });

  it("starts a crashed instance again while requests wait for it", async () => {
    await target.deploy({ commandId: "c1", release: await release("one") });
    process.kill(Number(await get("/pid")), "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await get()).toBe("version one");
  });

  it("gives a release that waits long for its first crash growing pauses", async () => {
    await target.deploy({ commandId: "c1", release: await release("one") });
    await writeApp(join(root, "one"), "one", "crashing");
    process.kill(Number(await get("/pid")), "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const pauses = (await target.logs({ lines: 100 })).filter((line) => line.includes("starting again in"));
    expect(pauses.length).toBeGreaterThanOrEqual(2);
    expect(pauses.length).toBeLessThanOrEqual(5);
    expect(pauses[1]).toContain("500 ms");
    expect(await target.status()).toMatchObject({ healthy: false });
  });

  it("names who holds the public port, and deploys once it is free", async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(port, "127.0.0.1", resolve));
    const one = await release("one");
    try {
      await expect(target.deploy({ commandId: "c1", release: one })).rejects.toMatchObject({
        code: "port_taken",
        kind: "conflict",
        message: expect.stringContaining(`(pid ${process.pid})`) as string,
      });
    } finally {
      squatter.close();
    }
    expect(await target.deploy({ commandId: "c1", release: one })).toMatchObject({ outcome: "deployed" });
  });

  it("says why its release cannot come back, and brings it back when it can", async () => {
    await target.deploy({ commandId: "c1", release: await release("one") });
    const runner = runnerPid();
    process.kill(runner, "SIGKILL");
    await expect.poll(() => isAlive(runner)).toBe(false);
    // The kernel may need a moment to give a killed process's port back.
    const squatter = await vi.waitFor(() => listenOn(port), { timeout: 20_000, interval: 100 });
    const status = await target.status();
    expect(status).toMatchObject({ running: false, healthy: false, releaseId: "one" });
    expect(status.detail).toContain(`is taken by`);
    squatter.close();
    await expect
      .poll(() => target.status(), { timeout: 20_000, interval: 300 })
      .toMatchObject({ running: true, healthy: true });
  });

  it("puts a state file aside that it cannot read", async () => {
    await target.deploy({ commandId: "c1", release: await release("one") });
    await target.stop();
    await writeFile(join(dir, "runner.json"), '{"version":1,');
    expect(await target.status()).toMatchObject({ running: false });
    expect(await target.deploy({ commandId: "c1", release: await release("one") })).toMatchObject({
      outcome: "deployed",
    });
    expect(await readdir(dir)).toContain("runner.json.unreadable");
  });

  it("gives the app PATH, HOME, LANG and what is configured, nothing else", async () => {
    process.env["DOCKFRA_TEST_SECRET"] = "canary";
    try {
      await target.deploy({ commandId: "c1", release: await release("one") });
    } finally {
      delete process.env["DOCKFRA_TEST_SECRET"];
    }
    const env = JSON.parse(await get("/env")) as Record<string, string>;
    expect(
      Object.keys(env)
        .filter((key) => !["PATH", "HOME", "LANG"].includes(key))
        .toSorted(),
    ).toEqual(["APP_VERSION", "PORT"]);
    expect(env["APP_VERSION"]).toBe("abcdef0");
    expect(readFileSync(`/proc/${runnerPid()}/environ`, "utf8")).not.toContain("canary");
  });

  it("works below a path too long for a socket address, in a directory of its owner only", async () => {
    dir = join(root, "a".repeat(120), "dockfra", "targets", "shop");
    target = createTarget();
    expect(await target.deploy({ commandId: "c1", release: await release("one") })).toMatchObject({
      outcome: "deployed",
    });
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect((await stat(join(dir, "runner.json"))).mode & 0o777).toBe(0o600);
  });

  it("keeps a log bounded that the app floods", async () => {
    await target.deploy({ commandId: "c1", release: await release("one") });
    for (let round = 0; round < 2; round++) await get("/log");
    await expect
      .poll(async () => (await target.logs({ lines: 5 })).at(-1)?.slice(0, 10), { timeout: 5_000 })
      .toBe("line 1999 ");
    // All is written now, so no file is being renamed.
    const files = await readdir(join(dir, "logs"));
    const sizes = await Promise.all(files.map(async (file) => (await stat(join(dir, "logs", file))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_100_000);
  });

  it.each<[string, string[], RegExp]>([
    ["is missing", ["no-such-program-anywhere"], /no such program/],
    ["ends at once", [process.execPath, "-e", "process.exit(4)"], /exited with code 4/],
  ])("says so when the program %s", async (_name, argv, words) => {
    const outcome = await createTarget({ command: argv }).deploy({
      commandId: "c1",
      release: await release("one"),
    });
    expect(outcome).toMatchObject({
      outcome: "not_restored",
      reason: { code: "start_failed", message: expect.stringMatching(words) as string },
    });
  });

  it("refuses a directory that leads out of the release", async () => {
    const spec = { url, command, env: {}, health: "/health", healthTimeoutMs: 1_000, dir: "../.." };
    const outcome = await createProcessTarget({ stack: "shop", dir, spec }).deploy({
      commandId: "c1",
      release: await release("one"),
    });
    expect(outcome).toMatchObject({
      outcome: "not_restored",
      reason: { message: expect.stringContaining("leads out") as string },
    });
  });

  it("brings the named previous release up where its own state was lost", async () => {
    const one = await release("one");
    await target.deploy({ commandId: "c1", release: one });
    await target.stop();
    await rm(dir, { recursive: true });
    const outcome = await target.deploy({
      commandId: "c2",
      release: await release("bad", "crashing"),
      previous: one,
    });
    expect(outcome).toMatchObject({ outcome: "restored" });
    expect(await get()).toBe("version one");
  });

  it("passes upgrades, and bytes that are not HTTP, to the app", async () => {
    await target.deploy({ commandId: "c1", release: await release("one") });
    const answer = await new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connect(port, "127.0.0.1", () =>
        socket.write("GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"),
      );
      socket.on("error", reject);
      socket.on("data", (chunk) => {
        text += chunk.toString();
        if (text.endsWith("\r\n\r\n")) socket.write("ping over");
        if (text.endsWith("ping over")) socket.end();
      });
      socket.on("close", () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 101 [\s\S]*ping over$/);
    const raw = await new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connect(port, "127.0.0.1", () => socket.write("\x16\x03\x01not http\r\n\r\n"));
      socket.on("error", reject);
      socket.on("data", (chunk) => (text += chunk.toString()));
      socket.on("close", () => resolve(text));
    });
    expect(raw).toContain("400 Bad Request");
  });

  it("lets a slow answer of the old release end after the switch", async () => {
    await target.deploy({ commandId: "c1", release: await release("one") });
    const slow = get("/slow");
    await target.deploy({ commandId: "c2", release: await release("two") });
    expect(await slow).toMatch(/^version (one|two)$/);
    await using load = startLoad(url);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await load.stop()).failures).toEqual([]);
  });

  it("ends by itself when the project's state is removed", async () => {
    await target.deploy({ commandId: "c1", release: await release("one") });
    const [runner, app] = [runnerPid(), Number(await get("/pid"))];
    await rm(dir, { recursive: true });
    await expect.poll(() => [isAlive(runner), isAlive(app)], { timeout: 15_000 }).toEqual([false, false]);
  });
});
