import { execa } from "execa";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { roles, type Role } from "../../../bus/messages/principals.ts";
import { makeProject, type CliRun, type Project } from "../../e2e/installation.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { freePort } from "../targets/free-port.ts";

const variables = ["SSH_DEVELOPER_PORT", "SSH_MONITOR_PORT", "SSH_MANAGER_PORT", "SSH_AUTOPILOT_PORT"];

describeWithEngine("the shells of the roles, in their containers", () => {
  let project: Project;
  const keysDir = (): string => project.path("dockfra", "ssh");
  const ssh = (role: Role, ...words: readonly string[]): Promise<CliRun> =>
    project.cli("ssh", role, ...words);

  async function begin(...args: readonly string[]): Promise<void> {
    const { exitCode, stderr } = await project.cli(...args);
    if (exitCode !== 0) throw new Error(`dockfra ${args.join(" ")} ended with ${exitCode}: ${stderr}`);
  }

  beforeAll(async () => {
    project = await makeProject(await freePort(), { runtime: "docker" });
    await begin("init");
    const lines = await Promise.all(variables.map(async (name) => `${name}=${await freePort()}\n`));
    await writeFile(project.path("dockfra", ".env"), lines.join(""), { mode: 0o600 });
    await begin("up", "--detach", "--port", "0");
  }, 300_000);
  afterAll(async () => {
    await project[Symbol.asyncDispose]();
  });

  test.each(roles)("%s: a command as the role's user, its exit code, its output apart", async (role) => {
    expect(await ssh(role, "id", "-un")).toMatchObject({ exitCode: 0, stdout: role });
    expect(await ssh(role, "echo to-err >&2; exit 7")).toMatchObject({
      exitCode: 7,
      stdout: "",
      stderr: "to-err",
    });
    expect(await ssh(role, "exit 255")).toMatchObject({ exitCode: 255, stderr: "" });
    expect(await ssh(role, "printf", "%s|", "a  b", "$HOME", "--json", "'")).toMatchObject({
      stdout: "a  b|$HOME|--json|'|",
    });
  });

  test("with --json one line tells all of it", async () => {
    const { stdout } = await project.cli("--json", "ssh", "manager", "echo out; echo err >&2; exit 3");
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      host: "manager",
      exitCode: 3,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  test("the printed line works from anywhere", async () => {
    const { stdout: line } = await project.cli("ssh", "--print", "developer");
    expect(
      await execa("/bin/sh", ["-c", `${line} id -un`], { cwd: "/", env: { HOME: "/nonexistent" } }),
    ).toMatchObject({
      stdout: "developer",
    });
  });

  test.each(
    (["manager", "autopilot"] as const).flatMap((from) =>
      roles.filter((to) => to !== from).map((to) => [from, to] as const),
    ),
  )("%s gets to %s with ssh-to", async (from, to) => {
    expect(await ssh(from, "ssh-to", to, "id", "-un")).toMatchObject({ exitCode: 0, stdout: to });
  });

  test.each(["developer", "monitor"] as const)("%s has no way to another role", async (from) => {
    const files = await ssh(from, "ls", "/run/dockfra/ssh");
    expect(files.stdout.split("\n")).toEqual(["authorized_keys", "host_ed25519", "known_hosts"]);
    for (const to of roles.filter((role) => role !== from)) {
      expect((await ssh(from, "ssh-to", to, "id")).exitCode).not.toBe(0);
      const key = "/run/dockfra/ssh/host_ed25519";
      const goal = `${to}@${project.prefix}-ssh-${to}`;
      const options = [
        "-o",
        "BatchMode=yes",
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "UserKnownHostsFile=/dev/null",
      ];
      const run = await ssh(from, "ssh", "-F", "none", ...options, "-i", key, "-p", "2222", goal, "id");
      expect(run).toMatchObject({ exitCode: 255, stdout: "" });
      expect(run.stderr).toMatch(/Permission denied \(publickey\)/);
    }
  });

  test("nobody's key forwards a port, an agent or a tunnel", async () => {
    const { stdout } = await project.cli("ssh", "--json", "manager");
    const [, ...argv] = (JSON.parse(stdout) as { argv: string[] }).argv;
    const forward = await execa("ssh", ["-W", "127.0.0.1:2222", ...argv], {
      reject: false,
      stdin: "ignore",
      timeout: 20_000,
    });
    expect(forward.exitCode).toBe(255);
    expect(forward.stderr).toMatch(/prohibited|refused/);
  });

  test("new keys for a running role: used at once, the old ones refused on both sides", async () => {
    const old = project.path("..", "old-keys");
    await cp(keysDir(), old, { recursive: true, filter: (path) => !path.includes("mux-") });
    const rotated = await project.cli("--json", "keys", "rotate", "manager");
    expect(JSON.parse(rotated.stdout)).toMatchObject({
      ok: true,
      inUse: true,
      placed: [...roles].toSorted(byOrder),
    });
    expect(await ssh("manager", "id", "-un")).toMatchObject({ exitCode: 0, stdout: "manager" });
    expect(await ssh("autopilot", "ssh-to", "manager", "id", "-un")).toMatchObject({ stdout: "manager" });
    await expect
      .poll(async () => (await ssh("manager", "ssh-to", "developer", "id", "-un")).stdout, {
        timeout: 20_000,
      })
      .toBe("developer");

    const login = async (change: (argv: string[]) => string[]): Promise<CliRun> => {
      const { stdout } = await project.cli("ssh", "--json", "manager");
      const [program = "", ...argv] = change((JSON.parse(stdout) as { argv: string[] }).argv);
      const { exitCode, ...run } = await execa(program, [...argv, "id"], { reject: false, stdin: "ignore" });
      return { exitCode: exitCode ?? -1, stdout: run.stdout, stderr: run.stderr };
    };
    const oldKey = await login((argv) =>
      argv.map((word) => word.replace(/^IdentityFile=.*\//, `IdentityFile=${old}/`)),
    );
    expect(oldKey).toMatchObject({
      exitCode: 255,
      stderr: expect.stringContaining("Permission denied (publickey)"),
    });
    const oldPin = await login((argv) =>
      argv.map((word) => word.replace(/^UserKnownHostsFile=.*\//, `UserKnownHostsFile=${old}/`)),
    );
    expect(oldPin).toMatchObject({
      exitCode: 255,
      stderr: expect.stringContaining("REMOTE HOST IDENTIFICATION HAS CHANGED"),
    });
  });

  test("a changed host key is refused, with the next step, and everyone who watches is told", async () => {
    const path = join(keysDir(), "known_hosts");
    const pins = await readFile(path, "utf8");
    const other = /^\[127\.0\.0\.1\]\S+ (ssh-ed25519 \S+) dockfra:host-monitor$/m.exec(pins)?.[1] ?? "";
    await writeFile(
      path,
      pins.replace(/^(\[127\.0\.0\.1\]\S+) .*dockfra:host-manager$/m, `$1 ${other} dockfra:host-manager`),
    );
    const run = await project.cli("--json", "ssh", "manager", "touch /home/manager/was-here");
    expect(run.exitCode).toBe(5);
    expect(JSON.parse(run.stdout)).toMatchObject({
      ok: false,
      error: {
        code: "host_key_changed",
        params: { device: "manager", fingerprint: expect.stringMatching(/^SHA256:/) },
      },
    });
    await writeFile(path, pins);
    expect((await ssh("manager", "ls /home/manager")).stdout).not.toContain("was-here");
    await expect
      .poll(async () => (await project.cli("log", "--limit", "20")).stdout, { timeout: 10_000 })
      .toMatch(/another host key than the pinned one/);
  });

  test("a shared connection makes the next command quick, and ends with the container", async () => {
    await ssh("autopilot", "true");
    const startMs = performance.now();
    for (let count = 0; count < 5; count++) await ssh("autopilot", "true");
    expect((performance.now() - startMs) / 5).toBeLessThan(1_000);
    await project.cli("down");
    expect(await ssh("autopilot", "true")).toMatchObject({
      exitCode: 6,
      stderr: expect.stringContaining("dockfra up"),
    });
  });
});

/** The order in which containers are given their keys. */
function byOrder(one: Role, other: Role): number {
  return roles.indexOf(one) - roles.indexOf(other);
}
