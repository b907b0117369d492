import { randomBytes } from "node:crypto";
import { access, readFile, stat, writeFile } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { freePort } from "../../bus/server/ready.ts";
import { describeWithEngine } from "../support/engine.ts";
import { makeProject, type Project } from "./installation.ts";

const dockfra = join(import.meta.dirname, "../../bin/dockfra");
const roleNames = ["autopilot", "developer", "manager", "monitor"];

async function docker(...args: readonly string[]): Promise<string> {
  return (await execa("docker", args, { stdin: "ignore", reject: false })).stdout.trim();
}

async function makeRunning(env: Record<string, string> = {}): Promise<Project> {
  const project = await makeProject(await freePort(), { runtime: "docker", env });
  expect(await project.json("up", "--detach")).toMatchObject({ ok: true, runtime: "docker" });
  return project;
}

const ownContainers = (prefix: string): Promise<string> =>
  docker("ps", "--all", "--filter", `label=dockfra.prefix=${prefix}`, "--format", "{{.Names}}");

describeWithEngine("roles in containers", () => {
  test("start healthy, are told of, let people in, and leave nothing but state", async () => {
    await using project = await makeRunning();
    const { prefix } = project;
    const ps = await project.json("ps");
    expect(ps).toMatchObject({ running: true, healthy: true, runtime: "docker" });
    expect(ps["containers"]).toEqual(
      roleNames.map((part) =>
        expect.objectContaining({
          part,
          container: `${prefix}-ssh-${part}`,
          health: "healthy",
          ports: [expect.stringMatching(/^127\.0\.0\.1:\d+->2222\/tcp$/)],
        }),
      ),
    );
    expect((await project.cli("ps")).stdout).toContain(`${prefix}-ssh-manager`);
    const status = await project.cli("status");
    expect(status).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("docker runtime") });
    expect(await project.cli("ssh", "manager", "whoami")).toMatchObject({ exitCode: 0, stdout: "manager" });
    expect((await project.cli("logs", "developer", "--limit", "200")).stdout).toContain("developer starts");
    expect((await project.cli("logs", "nobody")).exitCode).toBe(3);

    expect(await project.cli("down")).toMatchObject({ exitCode: 0 });
    expect(await ownContainers(prefix)).toBe("");
    expect(await docker("network", "ls", "--filter", `label=dockfra.prefix=${prefix}`, "--quiet")).toBe("");
    expect(await docker("volume", "ls", "--filter", `label=dockfra.prefix=${prefix}`, "--quiet")).not.toBe(
      "",
    );
    await access(project.path("dockfra", "keys", "operator.nk"));
    expect(await project.cli("ps")).toMatchObject({ exitCode: 6 });
  });

  test("a purge asks first, then takes state, volumes and images, and nothing of the user's", async () => {
    await using project = await makeRunning();
    const { prefix } = project;
    expect(await project.json("down", "--purge")).toMatchObject({
      ok: false,
      error: { code: "purge_unconfirmed" },
    });
    expect(await ownContainers(prefix)).not.toBe("");
    expect(await project.json("down", "--purge", "--yes")).toMatchObject({
      ok: true,
      purged: { images: 5, volumes: expect.any(Number) },
    });
    for (const what of [["volume", "ls"], ["images"], ["network", "ls"]])
      expect(await docker(...what, "--quiet", "--filter", `label=dockfra.prefix=${prefix}`)).toBe("");
    await expect(stat(project.path("dockfra"))).rejects.toThrow(/ENOENT/);
    await access(project.path("server.js"));
  });

  test("whatever kills a role, it comes back, and the feed says how it ended", async () => {
    await using project = await makeRunning();
    const { prefix } = project;
    for (const part of ["developer", "manager"]) {
      const pid = await project.pidOf(part);
      process.kill(pid, "SIGKILL");
      await expect.poll(() => project.pidOf(part), { timeout: 60_000 }).not.toBe(pid);
      await expect.poll(() => project.pidOf(part), { timeout: 60_000 }).toBeGreaterThan(0);
    }
    await docker("kill", `${prefix}-ssh-autopilot`);
    const state = (): Promise<string> =>
      docker("inspect", "--format", "{{.State.Health.Status}}", `${prefix}-ssh-autopilot`);
    const log = async (): Promise<string> => (await project.cli("log", "--limit", "100")).stdout;
    for (const part of ["developer", "manager", "autopilot"])
      await expect
        .poll(log, { timeout: 60_000, interval: 500 })
        .toContain(`${part} ended (exit 137, killed) and is started again`);
    await expect.poll(state, { timeout: 60_000 }).toBe("healthy");
  });

  test("a role that is out of memory is told as that", async () => {
    await using project = await makeRunning();
    const name = `${project.prefix}-ssh-manager`;
    const tini = await project.pidOf("manager");
    const children = await readFile(`/proc/${tini}/task/${tini}/children`, "utf8");
    // the kernel takes the agent, and not the one that eats
    await writeFile(`/proc/${children.trim().split(" ")[0] ?? ""}/oom_score_adj`, "1000");
    await docker("update", "--memory", "160m", "--memory-swap", "160m", name);
    const eat = "const all=[];for(;;)all.push(Buffer.alloc(8e6,1))";
    await docker("exec", "--user", "10000", name, "node", "-e", eat);
    const log = async (): Promise<string> => (await project.cli("log", "--limit", "100")).stdout;
    await expect.poll(log, { timeout: 60_000, interval: 1_000 }).toMatch(/manager ended .*out of memory/);
  });

  test("a supervisor that was killed leaves nothing that down and the next up do not clean", async () => {
    await using project = await makeRunning();
    const { prefix } = project;
    const { pid, parts } = await project.installation();
    for (const victim of [pid, ...parts.map((part) => part.pid)]) process.kill(victim, "SIGKILL");
    expect(await ownContainers(prefix)).toContain("ssh-manager");
    expect(await project.json("up", "--detach")).toMatchObject({ ok: true, runtime: "docker" });
    const again = await project.installation();
    for (const victim of [again.pid, ...again.parts.map((part) => part.pid)]) process.kill(victim, "SIGKILL");
    expect(await project.json("down")).toMatchObject({ ok: true, containers: 4 });
    expect(await ownContainers(prefix)).toBe("");
  });

  test("stop keeps the containers for the next start", async () => {
    await using project = await makeRunning();
    expect(await project.cli("stop")).toMatchObject({ exitCode: 0 });
    expect((await ownContainers(project.prefix)).split("\n")).toHaveLength(4);
    expect(await docker("ps", "--quiet", "--filter", `label=dockfra.prefix=${project.prefix}`)).toBe("");
    expect(await project.json("up", "--detach")).toMatchObject({ ok: true, runtime: "docker" });
  });

  test("two installations run side by side", async () => {
    await using one = await makeRunning();
    await using two = await makeRunning();
    expect(await one.cli("ssh", "manager", "hostname")).toMatchObject({ exitCode: 0 });
    expect(await two.cli("ssh", "manager", "hostname")).toMatchObject({ exitCode: 0 });
    await two.cli("down");
    expect(await one.json("ps")).toMatchObject({ healthy: true });
    expect(await docker("ps", "--quiet", "--filter", `label=dockfra.prefix=${two.prefix}`)).toBe("");
  });

  test("a project of the user's that runs under one of Dockfra's names keeps it, and another prefix is asked for", async () => {
    await using project = await makeProject(await freePort(), { runtime: "docker" });
    const name = `${project.prefix}-app`;
    await docker("create", "--name", name, "--label", `com.docker.compose.project=${name}`, "busybox");
    try {
      expect(await project.json("up", "--detach")).toMatchObject({
        ok: false,
        error: { code: "prefix_is_project", params: { project: name, at: name } },
      });
      expect(await ownContainers(project.prefix)).toBe("");
    } finally {
      await docker("rm", name);
    }
  });

  test("the bus lets in nobody from another network", async () => {
    await using project = await makeRunning();
    const { prefix } = project;
    const servers = await docker("exec", `${prefix}-ssh-manager`, "printenv", "DOCKFRA_SERVERS");
    const { hostname, port } = new URL(servers);
    const other = `${prefix}-other`;
    await docker("network", "create", other);
    const greet = `const s=require("net").connect(${port},"${hostname}");s.on("data",d=>{console.log("in",String(d).slice(0,4));process.exit()});s.on("error",()=>{});s.on("close",()=>{console.log("refused");process.exit()});setTimeout(()=>{console.log("silence");process.exit()},5000)`;
    const tryFrom = (network: string): Promise<string> =>
      docker("run", "--rm", "--network", network, "node:24-bookworm-slim", "node", "-e", greet);
    try {
      expect(await tryFrom(`${prefix}-shared`)).toBe("in INFO");
      expect(await tryFrom(other)).not.toContain("in");
      expect((await execa("node", ["-e", greet])).stdout).toBe("refused");
    } finally {
      await docker("network", "rm", other);
    }
  });

  test("images that cannot be had are an error where containers were asked for, and a reason for processes else", async () => {
    const env = { BASE_IMAGE: "127.0.0.1:1/none:1", DOCKFRA_RUNTIME: "auto" };
    await using project = await makeProject(await freePort(), { runtime: "docker", env });
    expect(await project.json("up", "--detach", "--runtime", "docker")).toMatchObject({
      ok: false,
      error: { code: "base_image_missing", params: { image: expect.stringContaining("127.0.0.1:1/none") } },
    });
    expect(await ownContainers(project.prefix)).toBe("");
    const up = await project.json("up", "--detach");
    const runtimeWarning = { code: "runtime_fell_back" };
    expect(up).toMatchObject({ ok: true, runtime: "process", runtimeWarning });
    expect(await project.json("status")).toMatchObject({ healthy: true, runtimeWarning });
    expect((await project.cli("log")).stdout).toContain("127.0.0.1:1/none");
    expect((await project.cli("ps")).stdout).toContain("run as processes of one user");
  });

  test("Ctrl-C while images are built or containers start leaves nothing", async () => {
    await using project = await makeProject(await freePort(), { runtime: "docker" });
    for (const afterMs of [1_500, 4_000]) {
      const run = execa(dockfra, ["up", "--runtime", "docker", "--root", project.path()], {
        env: { ...project.env },
        reject: false,
        stdin: "ignore",
      });
      setTimeout(() => run.kill("SIGINT"), afterMs);
      const { exitCode } = await run;
      expect([0, 130]).toContain(exitCode);
      expect(await ownContainers(project.prefix)).toBe("");
    }
  });

  test("an engine that goes away is told, and what comes back is found again", async () => {
    const path = `/tmp/dfe-${randomBytes(4).toString("hex")}.sock`;
    const proxy = await openProxy(path);
    try {
      await using project = await makeProject(await freePort(), {
        runtime: "docker",
        env: { DOCKER_HOST: `unix://${path}` },
      });
      expect(await project.json("up", "--detach")).toMatchObject({ ok: true });
      await proxy.close();
      const log = async (): Promise<string> => (await project.cli("log", "--limit", "100")).stdout;
      await expect.poll(log, { timeout: 60_000 }).toContain("the Docker engine does not answer");
      const away = await project.json("status");
      expect(away).toMatchObject({ healthy: false });
      await proxy.open();
      await expect.poll(log, { timeout: 60_000 }).toContain("the Docker engine answers again");
      await expect
        .poll(async () => (await project.json("status"))["healthy"], { timeout: 60_000, interval: 500 })
        .toBe(true);
    } finally {
      await proxy.close();
    }
  });
});

/** Stands between the command line and the engine, so that it can be taken away without touching the engine. */
async function openProxy(path: string): Promise<{ open(): Promise<void>; close(): Promise<void> }> {
  let server: Server | undefined;
  const sockets = new Set<{ destroy(): void }>();
  const open = (): Promise<void> =>
    new Promise((resolve) => {
      server = createServer({ allowHalfOpen: true }, (outer) => {
        const inner = connect({ path: "/var/run/docker.sock", allowHalfOpen: true });
        for (const socket of [outer, inner]) {
          sockets.add(socket);
          socket.on("error", () => socket.destroy());
          socket.once("close", () => sockets.delete(socket));
        }
        outer.pipe(inner);
        inner.pipe(outer);
      });
      server.listen(path, resolve);
    });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      if (!server?.listening) return resolve();
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  await open();
  return { open, close };
}
