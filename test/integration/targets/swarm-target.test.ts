import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ReleaseRef, Target } from "../../../stacks/targets/target.ts";
import { describeWithEngine } from "../../support/engine.ts";
import type { ComposeStack } from "./compose-stack.ts";
import { startLoad } from "./http-load.ts";
import type { Behaviour } from "./target-contract.ts";
import { makeSwarmHouse } from "./swarm-house.ts";
import { joinSwarm, makeSwarmStack, swarmServices } from "./swarm-stack.ts";

describeWithEngine("a swarm as a target", () => {
  let leave: () => Promise<void>;
  let stack: ComposeStack;
  let target: Target;
  const timeout = 240_000;

  beforeAll(async () => {
    leave = await joinSwarm();
    stack = await makeSwarmStack();
    const dump = {
      service: "db",
      command: ["cat", "/data/word"],
      restore: ["sh", "-c", "cat > /tmp/dump"],
    };
    target = stack.createTarget({ snapshot: { volumes: ["data"], dump } });
  }, timeout);

  afterAll(async () => {
    try {
      await stack[Symbol.asyncDispose]();
    } finally {
      await leave();
    }
  }, timeout);

  const write = (name: string, behaviour?: Behaviour, web?: object): ReleaseRef => {
    const dir = join(stack.root, "dockfra", "releases", "shop", name);
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, "word"), `word of ${name}`);
    const services = swarmServices(stack.port, { secrets: ["word"], container_name: "mine", ...web });
    return stack.writeRelease(name, services, behaviour, {
      ...{ secrets: { word: { file: "./word" } }, volumes: { data: {} } },
    });
  };
  const secrets = async (): Promise<string[]> => {
    const filter = `label=com.docker.stack.namespace=${stack.project}`;
    return (await stack.docker("secret", "ls", "--quiet", "--filter", filter)).split("\n").filter(Boolean);
  };
  const inDb = async (script: string): Promise<string> => {
    const [id = ""] = await stack.containers("db");
    return stack.docker("exec", id, "sh", "-c", script);
  };
  const word = async (): Promise<string> => {
    const [id = ""] = await stack.containers("web");
    return stack.docker("exec", id, "cat", "/run/secrets/word");
  };

  it("deploys, and says what of the file it leaves out", { timeout }, async () => {
    const steps: string[] = [];
    const first = await target.deploy(
      { commandId: "c1", release: write("one") },
      {
        onProgress: (line) => steps.push(line),
      },
    );
    expect(first).toMatchObject({ outcome: "deployed", releaseId: "one" });
    expect(steps.join("\n")).toContain("web.container_name");
    expect(await stack.get()).toBe("version one");
    expect(await word()).toBe("word of one");
    expect(await target.status()).toMatchObject({ running: true, healthy: true, releaseId: "one" });
    await expect
      .poll(() => target.logs({ lines: 100 }).then(String), { timeout: 30_000 })
      .toContain("started one");
    expect(await target.deploy({ commandId: "c1", release: write("one") })).toEqual(first);
  });

  it("replaces a release while it answers, and takes one back that fails", { timeout }, async () => {
    await inDb("echo first > /data/word");
    await using load = startLoad(stack.url);
    expect(await target.deploy({ commandId: "c2", release: write("two") })).toMatchObject({
      outcome: "deployed",
    });
    expect(await stack.get()).toBe("version two");
    expect(await secrets()).toHaveLength(1);
    await inDb("echo second > /data/word");
    const [before] = await stack.containers("web");
    const bad = await target.deploy({ commandId: "c3", release: write("three", "crashing") });
    expect(bad).toMatchObject({ outcome: "restored", reason: { code: "start_failed" } });
    if (bad.outcome === "deployed") throw new Error("unreachable");
    expect(bad.reason.message).toMatch(/web failed \(task: non-zero exit \(3\)\)/);
    expect(bad.logTail.join("\n")).toContain("cannot go on");
    expect(await stack.containers("web")).toContain(before);
    expect(await stack.get()).toBe("version two");
    expect(await word()).toBe("word of two");
    const seen = await load.stop();
    expect(seen.bodies.filter((body) => body.includes("three"))).toEqual([]);
    expect(seen.failures).toEqual([]);
  });

  it("keeps what ran when a release asks for what a swarm does not know", { timeout }, async () => {
    const outcome = await target.deploy({
      commandId: "c4",
      release: write("four", "good", { privileged: true }),
    });
    expect(outcome).toMatchObject({
      outcome: "restored",
      reason: { code: "swarm_unsupported", params: { keys: "web.privileged" } },
    });
    expect(await stack.get()).toBe("version two");
  });

  it("is not mixed up with Compose", { timeout }, async () => {
    const outcome = await stack
      .createTarget({ swarm: false })
      .deploy({ commandId: "c5", release: write("other") });
    expect(outcome).toMatchObject({ reason: { code: "swarm_name_taken" } });
    expect(await stack.get()).toBe("version two");
  });

  it("ends in one release when killed while it comes up", { timeout }, async () => {
    const release = write("five");
    const script = monitorScript(release);
    expect((await execa(process.execPath, [script], { reject: false, stdin: "ignore" })).signal).toBe(
      "SIGKILL",
    );
    const done = await stack.createTarget().recover?.();
    expect(done?.outcome).toMatchObject({ outcome: "deployed" });
    expect(await target.status()).toMatchObject({ running: true, healthy: true, releaseId: "five" });
    expect(await stack.get()).toBe("version five");
  });

  it("brings an earlier release back with all that it had, its data too", { timeout }, async () => {
    const one = write("one");
    writeFileSync(join(one.dir, "word"), "another word");
    expect(await target.restore({ commandId: "c9", release: one, data: true })).toMatchObject({
      outcome: "deployed",
    });
    expect(await stack.get()).toBe("version one");
    expect(await word()).toBe("word of one");
    expect(await inDb("cat /data/word /tmp/dump")).toBe("first\nfirst");
  });

  it("stops", { timeout }, async () => {
    await target.stop();
    await expect(stack.get()).rejects.toThrow();
    expect(await target.status()).toMatchObject({ running: false });
    expect(await secrets()).toEqual([]);
  });

  it("is deployed, listed, brought back and stopped by jobs of the monitor", { timeout }, async () => {
    await using house = await makeSwarmHouse();
    const { act, stack: name } = house;
    const one = await house.version("one");
    expect(await act({ do: "launch", stacks: [name] })).toMatchObject({
      error: { code: "stack_elsewhere", params: { command: `dockfra deploy ${name}` } },
    });
    const first = await act({ do: "deploy", stack: name });
    expect(first).toMatchObject({ state: "done", result: { commit: one, url: house.url } });
    expect(await house.page()).toBe("one");
    const two = await house.version("two");
    expect(await act({ do: "deploy", stack: name })).toMatchObject({ state: "done" });
    expect(await house.page()).toBe("two");
    await house.version("three", "privileged: true\n    devices: [/dev/null]");
    expect((await house.preflight()).map(({ severity, params }) => [severity, params["keys"]])).toEqual([
      ["error", `web.devices`],
      ["error", `web.privileged`],
    ]);
    expect(await act({ do: "deploy", stack: name })).toMatchObject({
      ...{ state: "failed", error: { code: "swarm_unsupported" } },
    });
    expect((await house.releases()).map(({ state, commit }) => [state, commit])).toMatchObject([
      ["restored", expect.any(String)],
      ["current", two],
      ["kept", one],
    ]);
    const back = await act({ do: "rollback", stack: name });
    expect(back).toMatchObject({ state: "done", result: { commit: one } });
    expect(await house.page()).toBe("one");
    expect((await house.releases()).map(({ state }) => state)).toEqual(["restored", "kept", "current"]);
    expect(await act({ do: "restart", stack: name })).toMatchObject({ error: { code: "stack_elsewhere" } });
    expect(await act({ do: "stop", stack: name, services: ["web"] })).toMatchObject({
      error: { code: "stack_elsewhere" },
    });
    expect(await house.page()).toBe("one");
    const release = String(back.result?.["release"]);
    await house.use("compose");
    expect(await act({ do: "rollback", stack: name, release })).toMatchObject({
      error: { code: "swarm_name_taken" },
    });
    await house.use("swarm");
    expect(await act({ do: "stop", stack: name })).toMatchObject({ state: "done" });
    await expect(house.page()).rejects.toThrow();
    expect(await act({ do: "stop", stack: name })).toMatchObject({ error: { code: "stack_not_running" } });
    // what the swarm ran comes back with Compose, its configs as they were
    await house.use("compose");
    expect(await act({ do: "rollback", stack: name, release })).toMatchObject({ state: "done" });
    expect(await house.page()).toBe("one");
  });

  /** Deploys in a process of its own that is killed once the swarm has got the release. */
  const monitorScript = (release: ReleaseRef): string => {
    const script = join(stack.root, "monitor.ts");
    const module = join(import.meta.dirname, "../../../stacks/targets/compose/compose-target.ts");
    const options = { ...stack.options, spec: { ...stack.options.spec, swarm: true } };
    writeFileSync(
      script,
      `import { createComposeTarget } from ${JSON.stringify(module)};
       await createComposeTarget(${JSON.stringify(options)}).deploy(
         ${JSON.stringify({ commandId: "c6", release })},
         { onProgress: (line) => { if (line.startsWith("waiting for")) process.kill(process.pid, "SIGKILL"); } },
       );`,
    );
    return script;
  };
});
