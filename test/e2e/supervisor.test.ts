import { chmod, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { freePort } from "../../bus/server/ready.ts";
import { identifyProcess } from "../../stacks/processes/process-identity.ts";
import { makeScratch } from "../support/scratch.ts";
import { makeProject } from "./installation.ts";

const dockfra = join(import.meta.dirname, "../../bin/dockfra");

test("up, a second up, status, down: one holds the root, all of it ends", async () => {
  await using project = await makeProject(await freePort());
  expect(await project.json("up", "--detach")).toMatchObject({
    ok: true,
    readyMs: expect.any(Number),
    natsUrl: expect.stringMatching(/^nats:/),
  });
  const { pid, parts } = await project.installation();
  expect(parts.map(({ part }) => part)).toEqual([
    "nats",
    "orchestrator",
    "manager",
    "developer",
    "monitor",
    "autopilot",
    "gateway",
  ]);
  const second = await project.json("up", "--detach");
  expect(second).toMatchObject({
    ok: false,
    error: { code: "root_in_use", message: expect.stringContaining(`process ${pid}`) },
  });
  expect(await project.cli("status")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("sync always"),
  });
  expect(await project.cli("bus", "doctor")).toMatchObject({ exitCode: 0 });
  expect(await project.cli("down")).toMatchObject({ exitCode: 0 });
  for (const one of [{ pid }, ...parts]) expect(identifyProcess(one.pid)).toBeUndefined();
  await expect(stat(project.path("dockfra/lock"))).rejects.toMatchObject({ code: "ENOENT" });
  expect(await project.cli("down")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("Nothing ran"),
  });
});

test("the state directory and its secrets are the owner's alone, and git sees none of it", async () => {
  await using project = await makeProject(await freePort());
  await project.json("up", "--detach");
  for (const [name, mode] of [
    ["dockfra", 0o700],
    ["dockfra/.env", 0o600],
    ["dockfra/keys", 0o700],
    ["dockfra/keys/operator.nk", 0o600],
    ["dockfra/nats", 0o700],
  ] as const)
    expect((await stat(project.path(name))).mode & 0o777).toBe(mode);
  expect(await project.git("status", "--porcelain")).toBe("");
});

test("two roots of one prefix: the second is proposed another, and takes it for good", async () => {
  await using project = await makeProject(await freePort());
  await project.json("up", "--detach");
  const other = project.dir;
  const env = { XDG_STATE_HOME: join(project.dir, "state"), WIZARD_PORT: "0" };
  const run = (...args: string[]) =>
    execa(dockfra, [...args, "--root", other, "--json"], { env, reject: false, stdin: "ignore" });
  const refused = await run("up", "--detach");
  expect(refused.exitCode).toBe(4);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    error: { code: "prefix_in_use", params: { proposal: "dockfra-2" } },
  });
  expect((await run("up", "--detach", "--prefix", "dockfra-2")).exitCode).toBe(0);
  expect((await run("down")).exitCode).toBe(0);
  expect(JSON.parse((await run("up", "--detach")).stdout)).toMatchObject({ ok: true, prefix: "dockfra-2" });
  expect((await run("down")).exitCode).toBe(0);
});

test("after a kill -9 of the supervisor its parts end by themselves, and the next up begins afresh", async () => {
  await using project = await makeProject(await freePort());
  await project.json("up", "--detach");
  const { pid, parts } = await project.installation();
  process.kill(pid, "SIGKILL");
  for (const part of parts)
    await expect.poll(() => identifyProcess(part.pid), { timeout: 15_000 }).toBeUndefined();
  expect(await project.json("up", "--detach")).toMatchObject({ ok: true });
});

test("in the foreground it shows what gets ready, follows the feed, and Ctrl-C stops all of it", async () => {
  await using project = await makeProject(await freePort());
  const up = execa(dockfra, ["--root", project.path()], {
    env: { XDG_STATE_HOME: join(project.dir, "state"), WIZARD_PORT: "0" },
    reject: false,
    stdin: "ignore",
    buffer: true,
  });
  let out = "";
  up.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  await expect.poll(() => out, { timeout: 30_000 }).toContain("Ready in");
  const { parts } = await project.installation();
  await project.cli("ticket", "create", "Show me", "--autonomy", "manual");
  await expect.poll(() => out, { timeout: 10_000 }).toContain("T-0001");
  up.kill("SIGINT");
  expect(await up).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/✓ nats[\s\S]*✓ host[\s\S]*Everything has stopped/),
  });
  for (const part of parts) expect(identifyProcess(part.pid)).toBeUndefined();
});

test("what keeps it from starting is one sentence with the next step", async () => {
  await using scratch = await makeScratch();
  const env = { XDG_STATE_HOME: scratch.path("state"), WIZARD_PORT: "0" };
  const cases: [Record<string, string>, string[], number, RegExp][] = [
    [{}, ["up", "--root", scratch.path("no")], 3, /no directory.*--root/],
    [{}, ["up", "--root", await scratch.write("file", "")], 2, /is a file/],
    [
      { DOCKER_HOST: "unix:///no/such.sock" },
      ["up", "--runtime", "docker", "--root", scratch.dir],
      6,
      /No Docker engine answers/,
    ],
    [{ DOCKFRA_RUNTIME: "podman" }, ["up", "--root", scratch.dir], 2, /auto, docker or process/],
    ...["A.B", "../x", "UPPER", "x".repeat(200)].map(
      (prefix) =>
        [{}, ["up", "--prefix", prefix, "--root", scratch.dir], 2, /prefix is 1 to 31/] as [
          object,
          string[],
          number,
          RegExp,
        ],
    ),
    [{}, ["up", "--servers", "nats://127.0.0.1:1", "--root", scratch.dir], 2, /--servers and --creds/],
    [{ DOCKFRA_NATS_SERVER: "/no/such" }, ["up", "--root", scratch.dir], 6, /nats-server/],
    [
      { DOCKFRA_NATS_SERVER: await scratch.program("old", 'echo "nats-server: v2.10.1"') },
      ["up", "--root", scratch.dir],
      6,
      /2\.10\.1.*too old/,
    ],
    [{}, ["frobnicate"], 2, /no command "frobnicate"/],
    [{}, ["ticket", "list", "--root", scratch.dir], 6, /Nothing runs.*dockfra up/],
  ];
  for (const [more, args, exitCode, sentence] of cases) {
    const run = await execa(dockfra, args, { env: { ...env, ...more }, reject: false, stdin: "ignore" });
    expect({ args, exitCode: run.exitCode }).toEqual({ args, exitCode });
    expect(run.stderr).toMatch(sentence);
    expect(run.stderr).not.toMatch(/^\s+at /m);
    const json = await execa(dockfra, [...args, "--json"], {
      env: { ...env, ...more },
      reject: false,
      stdin: "ignore",
    });
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(sentence) },
    });
  }
});

test("a project file with a mistake is named with line and column, and nothing is left behind", async () => {
  await using project = await makeProject(await freePort());
  await project.write("app/dockfra.yaml", "test: [node]\ndeploy:\n  app: 7\n");
  const up = await project.cli("up", "--detach");
  expect(up).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/dockfra\.yaml:3:\d+/) });
  await expect(stat(project.path("dockfra/lock"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("a directory of that name which is not ours is not taken", async () => {
  await using project = await makeProject(await freePort());
  await project.write("app/dockfra/main.c", "mine");
  expect(await project.cli("up", "--detach")).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining("main.c"),
  });
  await chmod(project.path("dockfra"), 0o755);
});
