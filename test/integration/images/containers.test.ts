import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { roles, type Role } from "../../../bus/messages/principals.ts";
import { describeWithEngine } from "../../support/engine.ts";
import {
  agentUid,
  buildImages,
  removeImages,
  startRoleContainers,
  type RoleContainers,
} from "./role-containers.ts";
import { tryDeployKey } from "./deploy-key.ts";
import { probeFileTools } from "./file-tools-probe.ts";
import { listProcesses, type ContainerProcess } from "./processes.ts";
import { buildAuditor } from "./auditor.ts";

const shell = 10_001;
const sandbox = 10_002;
/** SETUID, SETGID and KILL, as the kernel numbers them: 7, 6 and 5. */
const three = "00000000000000e0";
const none = "0000000000000000";

const firstCommand = {
  manager: "ticket-create",
  developer: "my-tickets",
  monitor: "deploy",
  autopilot: "pilot-status",
} as const satisfies Record<Role, string>;

describeWithEngine("the roles' containers", () => {
  const prefix = `dockfra-test-roles-${process.pid}`;
  let crew: RoleContainers;
  const processesOf = (role: Role) => listProcesses(`${prefix}-ssh-${role}`);
  const agentOf = async (role: Role): Promise<ContainerProcess> => {
    const agent = (await processesOf(role)).find(({ argv }) => argv.includes("agent") && argv[0] === "node");
    if (!agent) throw new Error(`The ${role} has no agent.`);
    return agent;
  };

  beforeAll(async () => {
    await buildImages(prefix);
    crew = await startRoleContainers(prefix);
  });
  afterAll(async () => {
    await crew?.[Symbol.asyncDispose]();
    await removeImages(prefix);
  });

  test.for(roles)(
    "%s: each process is the user that it should be, with no capability too many",
    async (role) => {
      const processes = await processesOf(role);
      const tini = processes.find(({ pid }) => pid === 1);
      expect(tini).toMatchObject({ uid: 0, bounding: three, noNewPrivileges: true });
      expect(await agentOf(role)).toMatchObject({
        uid: agentUid(role),
        effective: three,
        ambient: three,
        bounding: three,
        noNewPrivileges: true,
      });
      const sshd = processes.filter(({ argv }) => argv[0]?.includes("sshd"));
      expect(sshd.length).toBeGreaterThan(0);
      for (const one of sshd)
        expect(one).toMatchObject({
          uid: shell,
          effective: none,
          permitted: none,
          inheritable: none,
          ambient: none,
          noNewPrivileges: true,
        });
    },
  );

  test.for(roles)("%s: a shell has no capability and no way to one", async (role) => {
    const { stdout } = await crew.ssh(role, ["cat /proc/self/status"]);
    const status = Object.fromEntries(
      stdout.split("\n").map((line) => line.split(/:\s*/) as [string, string]),
    );
    expect(status).toMatchObject({ CapPrm: none, CapEff: none, CapInh: none, CapAmb: none, NoNewPrivs: "1" });
    expect(status["Groups"]?.trim()).toBe("");
    const setuid = await crew.as(role, shell, "find", "/", "-xdev", "-type", "f", "-perm", "/6000");
    expect(setuid.stdout).toBe("");
    expect((await crew.ssh(role, ["command -v sudo su doas pkexec"])).stdout).not.toMatch(/sudo|doas|pkexec/);
  });

  test.for(roles)("%s: the root is read-only, and temporary files cannot be run", async (role) => {
    const tried = await crew.ssh(role, [
      "touch /x /etc/x /opt/dockfra/x /usr/bin/x; cp /bin/true /tmp/true && /tmp/true",
    ]);
    expect(tried.exitCode).toBe(126);
    expect(tried.stderr.match(/Read-only file system/g)).toHaveLength(4);
    expect(tried.stderr).toContain("/tmp/true: Permission denied");
    const kept = await crew.ssh(role, ["echo kept > ~/note && cat ~/note"]);
    expect(kept.stdout).toBe("kept");
  });

  for (const uid of [shell, sandbox])
    test.for(roles)(`%s: uid ${uid} can neither read, trace nor end the agent`, async (role) => {
      const { pid } = await agentOf(role);
      for (const file of ["environ", "maps", "mem", "fd", "cwd"]) {
        const { exitCode, stdout, stderr } = await crew.as(
          role,
          uid,
          "sh",
          "-c",
          'cat "$1" || ls "$1/"',
          "sh",
          `/proc/${pid}/${file}`,
        );
        expect({ file, exitCode }).not.toEqual({ file, exitCode: 0 });
        expect({ file, stdout }).toEqual({ file, stdout: "" });
        expect(stderr).toMatch(/Permission denied/);
      }
      for (const signal of ["TERM", "KILL", "STOP"]) {
        const { stderr } = await crew.as(
          role,
          uid,
          "sh",
          "-c",
          'kill -s "$1" "$2" 1',
          "sh",
          signal,
          String(pid),
        );
        expect(stderr).toMatch(/Operation not permitted/);
      }
      expect((await agentOf(role)).pid).toBe(pid);
    });

  for (const uid of [shell, sandbox])
    test.for(roles)(
      `%s: uid ${uid} reads no key of the agent, of the bus or of another role`,
      async (role) => {
        const seed = `/run/dockfra/role/creds/${role}.nk`;
        const { exitCode } = await crew.as(role, agentUid(role), "cat", seed);
        expect(exitCode).toBe(0);
        for (const path of [
          seed,
          "/run/dockfra/role/ssh/host_ed25519",
          "/run/dockfra/agent",
          join(crew.stateDir, role),
        ]) {
          const tried = await crew.as(role, uid, "sh", "-c", 'cat "$1" 2>&1 || ls "$1/" 2>&1', "sh", path);
          expect(tried.stdout).toMatch(/Permission denied/);
        }
        const keys = await crew.as(role, uid, "find", "/", "-xdev", "-name", "*.nk", "-readable");
        expect(keys.stdout).toBe("");
      },
    );

  test.for(roles)("%s: the sandbox cannot open the door, nor see what is the shell's", async (role) => {
    const knock =
      'require("net").connect("/run/dockfra/door/door.sock").on("error", (e) => console.log(e.code)).on("connect", () => { console.log("in"); process.exit() })';
    expect((await crew.as(role, sandbox, "node", "-e", knock)).stdout).toBe("EACCES");
    expect((await crew.as(role, shell, "node", "-e", knock)).stdout).toBe("in");
    for (const path of ["/run/dockfra/ssh", `/home/${role}`, "/run/dockfra/door"])
      expect((await crew.as(role, sandbox, "ls", path)).stderr).toMatch(/Permission denied/);
  });

  test(
    "a model's file tools are the sandbox's user, and reach nothing of the agent's",
    { timeout: 120_000 },
    async () => {
      const { pid } = await agentOf("developer");
      const { owner, links, places } = await probeFileTools(`${prefix}-ssh-developer`, pid);
      expect(owner).toBe(sandbox);
      expect(Object.values(links)).toHaveLength(3);
      for (const said of Object.values(links))
        expect(said).toMatch(/^refused: .*(?:leads out|cannot be read)/);
      for (const [place, said] of Object.entries(places))
        expect({ place, said }).toEqual({
          place,
          said: expect.stringMatching(/^refused: .*(?:EACCES|did not)/),
        });
    },
  );

  test("the engine's socket is the monitor's agent's alone", async () => {
    const ask =
      'require("http").get({ socketPath: "/var/run/docker.sock", path: "/_ping" }, (r) => console.log(r.statusCode)).on("error", (e) => console.log(e.code))';
    const groups = (await processesOf("monitor")).find(({ argv }) => argv[0] === "node")?.groups ?? [];
    const socketGroup = (
      await execa("docker", ["exec", `${prefix}-ssh-monitor`, "stat", "-c", "%g", "/var/run/docker.sock"])
    ).stdout;
    expect(groups).toEqual(expect.arrayContaining([shell, sandbox, Number(socketGroup)]));
    for (const role of roles)
      for (const uid of [shell, sandbox])
        expect((await crew.as(role, uid, "node", "-e", ask)).stdout).toBe(
          role === "monitor" ? "EACCES" : "ENOENT",
        );
    for (const role of roles)
      expect((await crew.ssh(role, ["command -v docker"])).exitCode).toBe(role === "monitor" ? 0 : 1);
  });

  test("the monitor sees the project, and of the state directory what is its business", async () => {
    const see = async (...path: string[]) =>
      (await crew.as("monitor", agentUid("monitor"), "ls", "-A", join(crew.stateDir, ...path))).stdout;
    expect(await see("..")).toContain("dockfra.yaml");
    for (const covered of [
      "keys",
      "ssh",
      "roles",
      "nats",
      "gateway",
      "logs",
      "manager",
      "developer",
      "autopilot",
    ])
      expect({ covered, holds: await see(covered) }).toEqual({ covered, holds: "" });
    const write = async (...path: string[]) =>
      (await crew.as("monitor", agentUid("monitor"), "touch", join(crew.stateDir, ...path, "x"))).exitCode;
    expect(await Promise.all([write("releases"), write("targets"), write("monitor")])).toEqual([0, 0, 0]);
    expect(await Promise.all([write(".."), write(), write("keys"), write("exchange")])).toEqual([1, 1, 1, 1]);
  });

  test.for(roles)("%s: a terminal, a command's exit code and files by sftp work", async (role) => {
    const terminal = await crew.ssh(role, ["tty && echo $DOCKFRA_ROLE"], { flags: ["-tt"] });
    expect(terminal.stdout).toMatch(/^\/dev\/pts\/\d+\s+/);
    expect(terminal.stdout).toContain(role);
    expect((await crew.ssh(role, ["exit 7"])).exitCode).toBe(7);
    const flags = crew.sshArguments(role).slice(0, -1);
    const [port = ""] = flags.splice(flags.indexOf("-p"), 2).slice(1);
    const [user = ""] = flags.splice(flags.indexOf("-l"), 2).slice(1);
    const sftp = await execa("sftp", [...flags, "-P", port, "-b", "-", `${user}@127.0.0.1`], {
      input: "cd /tmp\nmkdir from-outside\nls -l\n",
    });
    expect(sftp.stdout).toContain("from-outside");
  });

  test.for(roles)("%s: a login shell knows the role's commands and greets", async (role) => {
    const login = async (): Promise<string> => {
      const input = `command -v ${firstCommand[role]}; type -t _dockfra_role; exit\n`;
      return (await crew.ssh(role, [], { flags: ["-tt"], input })).stdout;
    };
    // a greeting that takes too long is left out, and nobody waits for it
    const greeting = new RegExp(`You are the ${role} of Dockfra`);
    await expect.poll(login, { timeout: 60_000, interval: 1_000 }).toMatch(greeting);
    const stdout = await login();
    expect(stdout).toContain(`/opt/dockfra/agents/shell/bin/${firstCommand[role]}`);
    expect(stdout).toMatch(/\bfunction\b/);
  });

  test("nobody else gets in, and nothing is forwarded", async () => {
    const refused = await execa(
      "ssh",
      crew
        .sshArguments("manager")
        .map((word) => (word === "manager" ? "root" : word))
        .concat("true"),
      { reject: false },
    );
    expect(refused).toMatchObject({
      exitCode: 255,
      stderr: expect.stringContaining("Permission denied (publickey)"),
    });
    const forwarded = await crew.ssh("manager", ["sleep 1"], {
      flags: ["-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:22"],
    });
    expect(forwarded.exitCode).toBe(255);
  });

  test("ssh-audit finds nothing to fail or warn of", async () => {
    await using auditor = await buildAuditor(prefix);
    for (const role of roles)
      await expect
        .poll(() => auditor.audit(`${prefix}-ssh-${role}`), { timeout: 60_000, interval: 2_000 })
        .toEqual({ fail: [], warn: [] });
  });

  test(
    "a deploy key clones, pushes and fetches where the host is the one that is pinned",
    { timeout: 120_000 },
    async () => tryDeployKey(crew),
  );

  test("a killed sshd comes back by itself", async () => {
    const before = (await processesOf("manager")).find(({ argv }) => argv[0]?.includes("sshd"));
    await crew.as("manager", shell, "kill", "-9", String(before?.pid));
    await expect
      .poll(async () => (await crew.ssh("manager", ["true"])).exitCode, { timeout: 60_000 })
      .toBe(0);
  });

  test("a killed agent brings the container back, with all its bounds", async () => {
    await execa("docker", [
      "exec",
      `${prefix}-ssh-autopilot`,
      "kill",
      "-9",
      String((await agentOf("autopilot")).pid),
    ]);
    await expect
      .poll(async () => (await crew.ssh("autopilot", ["true"])).exitCode, { timeout: 60_000 })
      .toBe(0);
  });
});
