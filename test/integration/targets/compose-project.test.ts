import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createComposeTarget } from "../../../stacks/targets/compose/compose-target.ts";
import { engineAnswers } from "../../../stacks/targets/compose/docker-cli.ts";
import type { ReleaseRef, Target } from "../../../stacks/targets/target.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { freePort } from "./free-port.ts";
import { isAlive } from "./is-alive.ts";
import { appSource } from "./sample-app.ts";
import type { Behaviour } from "./target-contract.ts";

const image = "node:24-bookworm-slim";

describeWithEngine("a user's compose project", () => {
  let root: string;
  let project: string;
  let port: number;
  let url: string;
  let target: Target;

  const createTarget = (health: string | undefined = "/health"): Target =>
    createComposeTarget({
      stack: "shop",
      dir: join(root, "dockfra", "targets", "shop"),
      spec: {
        project,
        ownDir: root,
        releaseSubDir: ".",
        url,
        healthTimeoutMs: 6_000,
        envFiles: [join(root, ".env")],
        ...(health === undefined ? {} : { health }),
      },
    });

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "dockfra-compose-"));
    project = basename(root)
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]/g, "");
    port = await freePort();
    url = `http://127.0.0.1:${port}`;
    target = createTarget();
  });

  afterEach(async () => {
    try {
      await docker("compose", "-p", project, "down", "--volumes", "--timeout", "1");
      const images = await docker("images", "--format", "{{.Repository}}:{{.Tag}}", `${project}-*`);
      if (images !== "") await docker("image", "rm", "--force", ...images.split("\n"));
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  }, 60_000);

  const docker = async (...args: string[]): Promise<string> =>
    (await execa("docker", args, { stdin: "ignore" })).stdout;
  const container = (service: string): Promise<string> =>
    docker("compose", "-p", project, "ps", "--all", "--quiet", service);
  const get = async (path = "/"): Promise<string> => (await fetch(url + path)).text();
  const web = (): Record<string, unknown> => ({
    image,
    command: ["node", "/server.cjs"],
    init: true,
    stop_grace_period: "1s",
    environment: { PORT: "80", HOST: "0.0.0.0" },
    ports: [`127.0.0.1:${port}:80`],
    volumes: ["./server.cjs:/server.cjs:ro"],
  });
  const idle = { image, command: ["sleep", "600"], init: true, stop_grace_period: "1s" };
  const writeTree = (
    dir: string,
    name: string,
    services: Record<string, unknown>,
    behaviour: Behaviour = "good",
  ): void => {
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, "server.cjs"), appSource(name, behaviour));
    writeFileSync(join(dir, "Dockerfile"), `FROM ${image}\nCOPY server.cjs /\nCMD ["node", "/server.cjs"]\n`);
    writeFileSync(join(dir, "compose.yaml"), JSON.stringify({ services }));
  };
  const release = (name: string, services: Record<string, unknown>, behaviour?: Behaviour): ReleaseRef => {
    const dir = join(root, "dockfra", "releases", name);
    writeTree(dir, name, services, behaviour);
    return { stack: "shop", commit: "c".repeat(40), dir, releaseId: name };
  };
  const built = (): Record<string, unknown> => ({ ...web(), image: undefined, volumes: [], build: "." });
  const timeout = 120_000;

  it("finds its data and secrets in its own directory, its code in the release", { timeout }, async () => {
    mkdirSync(join(root, "data"));
    writeFileSync(join(root, "data", "kept.txt"), "kept");
    writeFileSync(join(root, ".env"), "GREETING=hello $$ there\n");
    writeFileSync(join(root, "secret.env"), "TOKEN=t0ken\n");
    const service = {
      ...web(),
      env_file: ["secret.env"],
      environment: { PORT: "80", HOST: "0.0.0.0", GREETING: "${GREETING}" },
    };
    const one = release("one", {
      web: { ...service, volumes: ["./server.cjs:/server.cjs:ro", "./data:/data"] },
    });
    expect(await target.deploy({ commandId: "c1", release: one })).toMatchObject({ outcome: "deployed" });
    expect(JSON.parse(await get("/env"))).toMatchObject({
      TOKEN: "t0ken",
      GREETING: expect.stringContaining("hello") as string,
    });
    expect(await docker("exec", await container("web"), "cat", "/data/kept.txt")).toBe("kept");
    const labels = await docker("inspect", "--format", "{{json .Config.Labels}}", await container("web"));
    expect(JSON.parse(labels)).toMatchObject({ "dockfra.command": "c1", "dockfra.release": "one" });
    expect(await readdir(join(root, "data"))).toEqual(["kept.txt"]);
  });

  it(
    "leaves services alone that it does not build, and brings a release back without building",
    { timeout },
    async () => {
      const services = { web: built(), db: idle };
      const one = release("one", services);
      await target.deploy({ commandId: "c1", release: one });
      const db = await container("db");
      const first = await container("web");
      await target.deploy({ commandId: "c2", release: release("two", services) });
      expect(await get()).toBe("version two");
      expect(await container("web")).not.toBe(first);
      await rm(join(one.dir, "Dockerfile"));
      expect(await target.restore({ commandId: "c3", release: one })).toMatchObject({
        outcome: "deployed",
        releaseId: "one",
      });
      expect(await get()).toBe("version one");
      expect(await container("db")).toBe(db);
      const images = await docker("images", "--format", "{{.Tag}}", `${project}-web`);
      expect(images.split("\n").toSorted()).toEqual(["one", "two"]);
    },
  );

  it(
    "takes a job that ended well as part of a good deploy, one that failed as the reason",
    { timeout },
    async () => {
      const job = { image, command: ["node", "-e", ""] };
      expect(
        await target.deploy({ commandId: "c1", release: release("one", { web: web(), job }) }),
      ).toMatchObject({ outcome: "deployed" });
      const bad = { ...job, command: ["node", "-e", "console.log('job fell'); process.exit(5)"] };
      const outcome = await target.deploy({
        commandId: "c2",
        release: release("two", { web: web(), job: bad }),
      });
      expect(outcome).toMatchObject({
        outcome: "restored",
        reason: { code: "start_failed", message: expect.stringContaining("job exited (5)") as string },
      });
      expect(JSON.stringify(outcome)).toContain("job fell");
      expect(await get()).toBe("version one");
    },
  );

  it.each<[string, (ref: ReleaseRef) => void, string, RegExp]>([
    [
      "a build fails",
      (ref) => writeFileSync(join(ref.dir, "Dockerfile"), `FROM ${image}\nRUN node -e 'process.exit(7)'\n`),
      "compose_failed",
      /exit code: 7/,
    ],
    [
      "the compose file is broken",
      (ref) => writeFileSync(join(ref.dir, "compose.yaml"), "services:\n  web: [\n"),
      "compose_config_invalid",
      /yaml/i,
    ],
    [
      "a variable is missing",
      (ref) => writeFileSync(join(ref.dir, "compose.yaml"), "services: {web: {image: '${NEEDED:?set it}'}}"),
      "compose_config_invalid",
      /NEEDED/,
    ],
    [
      "the compose file is gone",
      (ref) => rmSync(join(ref.dir, "compose.yaml")),
      "no_compose_file",
      /Commit it/,
    ],
  ])("keeps the running containers when %s", { timeout }, async (_name, damage, code, words) => {
    await target.deploy({ commandId: "c1", release: release("one", { web: built() }) });
    const before = await container("web");
    const two = release("two", { web: built() });
    damage(two);
    const outcome = await target.deploy({ commandId: "c2", release: two });
    expect(outcome).toMatchObject({
      outcome: "restored",
      reason: { code, message: expect.stringMatching(words) as string },
    });
    expect(await container("web")).toBe(before);
    expect(await get()).toBe("version one");
  });

  it("puts back what a person had started before the first deploy", { timeout }, async () => {
    writeTree(root, "own", { web: web() });
    await docker(
      "compose",
      "-p",
      project,
      "--project-directory",
      root,
      "-f",
      join(root, "compose.yaml"),
      "up",
      "-d",
      "--wait",
    );
    await expect.poll(() => get()).toBe("version own");
    const outcome = await target.deploy({
      commandId: "c1",
      release: release("bad", { web: web() }, "crashing"),
    });
    expect(outcome).toMatchObject({ outcome: "restored", reason: { code: "start_failed" } });
    expect(await get()).toBe("version own");
  });

  it("proves health by the containers where no path is given", { timeout }, async () => {
    target = createComposeTarget({
      stack: "shop",
      dir: join(root, "dockfra", "targets", "shop"),
      spec: { project, ownDir: root, releaseSubDir: ".", url, healthTimeoutMs: 3_000, envFiles: [] },
    });
    expect(await target.deploy({ commandId: "c1", release: release("one", { web: web() }) })).toMatchObject({
      outcome: "deployed",
    });
    expect(await target.status()).toMatchObject({ healthy: true, detail: "1 of 1 containers are up" });
  });

  it("ends the docker command of a killed monitor before it starts another", { timeout }, async () => {
    const slow = {
      ...built(),
      healthcheck: { test: ["CMD", "node", "-e", "process.exit(1)"], interval: "1s", retries: 60 },
    };
    const one = release("one", { web: slow });
    const script = join(root, "monitor.ts");
    const module = join(import.meta.dirname, "../../../stacks/targets/compose/compose-target.ts");
    const spec = {
      project,
      ownDir: root,
      releaseSubDir: ".",
      url,
      health: "/health",
      healthTimeoutMs: 60_000,
      envFiles: [],
    };
    const dir = join(root, "dockfra", "targets", "shop");
    writeFileSync(
      script,
      `import { createComposeTarget } from ${JSON.stringify(module)};
       await createComposeTarget(${JSON.stringify({ stack: "shop", dir, spec })}).deploy(${JSON.stringify({ commandId: "c1", release: one })});`,
    );
    const monitor = execa(process.execPath, [script], { reject: false, stdin: "ignore" });
    const atWork = async (): Promise<number> =>
      (JSON.parse(await readFile(join(dir, "compose.json"), "utf8")) as { atWork: { pid: number } }).atWork
        .pid;
    await expect.poll(() => container("web").catch(() => ""), { timeout: 60_000 }).not.toBe("");
    const pid = await atWork();
    process.kill(monitor.pid ?? 0, "SIGKILL");
    await monitor;
    expect(isAlive(pid)).toBe(true);
    writeTree(one.dir, "one", { web: built() });
    expect(await target.deploy({ commandId: "c1", release: one })).toMatchObject({ outcome: "deployed" });
    expect(isAlive(pid)).toBe(false);
    expect(await get()).toBe("version one");
  });
});

describe("without Docker", () => {
  it("says what is missing", async () => {
    const path = process.env["PATH"];
    const root = await mkdtemp(join(tmpdir(), "dockfra-nodocker-"));
    process.env["PATH"] = root;
    try {
      expect(await engineAnswers()).toBe(false);
      const spec = {
        project: "p",
        ownDir: root,
        releaseSubDir: ".",
        url: "http://127.0.0.1:1",
        healthTimeoutMs: 100,
        envFiles: [],
      };
      await expect(createComposeTarget({ stack: "shop", dir: root, spec }).status()).rejects.toMatchObject({
        code: "docker_missing",
        kind: "unavailable",
      });
    } finally {
      process.env["PATH"] = path;
      await rm(root, { recursive: true, force: true });
    }
  });
});
