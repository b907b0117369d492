import { readdir, readFile } from "node:fs/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { principals, roles, type Role } from "../../../bus/messages/principals.ts";
import { freePort } from "../../../bus/server/ready.ts";
import { makeProject, type Project } from "../../e2e/installation.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { askDoor, findSecrets, inside, nodeInside, reachable } from "./inside.ts";

/** The code under which a role's agent passes on the broker's own refusal. */
const refusal = "not_allowed";
const person = "10001";
const sandbox = "10002";
const networks: Readonly<Record<string, readonly Role[]>> = {
  shared: ["autopilot", "developer", "manager", "monitor"],
  mgmt: ["autopilot", "manager"],
  dev: ["developer"],
  proxy: ["monitor"],
  backend: ["developer", "monitor"],
  frontend: ["developer"],
};

describeWithEngine("inside the roles' containers", () => {
  let project: Project;
  const peers: string[] = [];
  const containerOf = (role: Role): string => `${project.prefix}-ssh-${role}`;
  const agentUid = async (role: Role): Promise<string> =>
    (await inside(containerOf(role), person, ["printenv", "DOCKFRA_AGENT_UID"])).text.trim();

  beforeAll(async () => {
    project = await makeProject(await freePort(), { runtime: "docker" });
    const started = await project.json("up", "--detach");
    if (started["ok"] !== true) throw new Error(JSON.stringify(started));
  }, 300_000);
  afterAll(async () => {
    if (peers.length > 0) await execa("docker", ["rm", "--force", ...peers], { reject: false });
    await project[Symbol.asyncDispose]();
  }, 300_000);

  test("only the monitor's agent has the engine's socket", async () => {
    const program = `import { connect } from "node:net";
const tries = ["/var/run/docker.sock", "/run/docker.sock"].map((path) => new Promise((resolve) => {
  connect(path).on("connect", () => resolve("open")).on("error", (error) => resolve(error.code));
}));
console.log(JSON.stringify(await Promise.all(tries)));
process.exit(0);`;
    for (const role of roles) {
      for (const uid of [await agentUid(role), person, sandbox]) {
        const said = await nodeInside<string[]>(containerOf(role), uid, program);
        const isMonitor = role === "monitor";
        if (isMonitor && uid !== person && uid !== sandbox) expect(said).toContain("open");
        else expect(said.filter((each) => each !== "ENOENT" && each !== "EACCES")).toEqual([]);
        if (isMonitor) continue;
        expect(said).toEqual(["ENOENT", "ENOENT"]);
        const groups = (await inside(containerOf(role), uid, ["id", "--groups", "--name"])).text;
        expect(groups).not.toContain("docker");
      }
      const { stdout } = await execa("docker", [
        "inspect",
        "--format",
        "{{json .Mounts}}",
        containerOf(role),
      ]);
      expect(stdout.includes("docker.sock")).toBe(role === "monitor");
      const addresses = Object.fromEntries(
        ["host.docker.internal", "172.17.0.1"].flatMap((host) =>
          [2375, 2376].map((port) => [`${host}:${port}`, { host, port }]),
        ),
      );
      expect(await reachable(containerOf(role), sandbox, addresses)).toEqual([]);
    }
  });

  test("what the table forbids is refused by the broker, whatever the shell asks of its agent", async () => {
    const ask = (role: Role, verb: string, input: object): Promise<string> =>
      askDoor(containerOf(role), person, { do: "ask", verb, input });
    expect(await ask("manager", "ticket.list", {})).toBe("done");
    expect(await ask("developer", "ticket.list", {})).toBe("done");
    for (const role of ["developer", "monitor"] as const)
      expect(await ask(role, "ticket.create", { title: "Let me in" })).toBe(refusal);
    for (const role of roles) {
      expect(await ask(role, "ticket.approve", { id: "T-0001" })).toBe(refusal);
      expect(await ask(role, "dead.list", {})).toBe(refusal);
      expect(await ask(role, "settings.set", { key: "llm.model", value: "x" })).toBe(
        role === "manager" ? "done" : refusal,
      );
    }
    const questions = ["monitor.act", "monitor.env-set", "monitor.logs", "manager.run"] as const;
    for (const question of questions)
      expect(await askDoor(containerOf("developer"), person, { do: "question", question, input: {} })).toBe(
        refusal,
      );
    expect(
      await askDoor(containerOf("developer"), person, { do: "perform", name: "deploy", input: {} }),
    ).not.toBe("done");
    // it was the server that refused, not the agent
    const log = await readFile(project.path("dockfra", "nats", "nats-server.log"), "utf8");
    for (const [role, verb] of [
      ["developer", "ticket-create"],
      ["monitor", "ticket-create"],
      ["autopilot", "ticket-approve"],
    ])
      expect(log).toMatch(
        new RegExp(`Publish Violation.*Subject "${project.prefix}\\.do\\.${role}\\.${verb}"`),
      );
  });

  test("the developer's shell has no deploy and no ticket-create, the monitor's none to push code", async () => {
    const run = async (role: Role, command: string) => (await project.cli("ssh", role, command)).exitCode;
    expect(await run("developer", "deploy")).toBe(127);
    expect(await run("developer", "ticket-create")).toBe(127);
    expect(await run("monitor", "commit-push")).toBe(127);
    expect(await run("monitor", "ticket-create")).toBe(127);
  });

  test("the monitor cannot write where branches travel", async () => {
    const exchange = project.path("dockfra", "exchange");
    const uids = [await agentUid("monitor"), person, sandbox];
    for (const uid of uids) {
      const said = await inside(containerOf("monitor"), uid, ["touch", `${exchange}/probe`]);
      expect(said.exitCode).not.toBe(0);
      expect(said.text).toMatch(/Read-only file system|Permission denied|No such file/);
    }
    const agent = await inside(containerOf("monitor"), uids[0] ?? "", ["touch", `${exchange}/probe`]);
    expect(agent.text).toContain("Read-only file system");
  });

  test("nobody finds a key that is not their own, in any file or process", async () => {
    const secrets: Record<string, string> = {};
    for (const principal of principals)
      secrets[`bus ${principal}`] = (
        await readFile(project.path("dockfra", "keys", `${principal}.nk`), "utf8")
      ).trim();
    const sshDir = project.path("dockfra", "ssh");
    const files = (await readdir(sshDir, { withFileTypes: true })).filter((entry) => entry.isFile());
    for (const { name } of files) {
      const text = await readFile(`${sshDir}/${name}`, "utf8");
      // the last full line of a private key is of its secret part
      if (text.includes("PRIVATE KEY")) secrets[`ssh ${name}`] = text.trim().split("\n").at(-2) ?? "";
    }
    expect(Object.keys(secrets).length).toBeGreaterThan(principals.length + roles.length);
    const wrong: string[] = [];
    for (const role of roles) {
      const agent = await agentUid(role);
      // the keys for its own SSH server and its own way to other roles lie in a role's own folder
      const owned = (name: string): boolean =>
        name === `ssh host-${role}` || name.startsWith(`ssh ${role}-to-`);
      for (const uid of [agent, person, sandbox]) {
        const found = await findSecrets(containerOf(role), uid, secrets);
        for (const place of found) {
          const name = place.slice(0, place.indexOf(" in "));
          if (uid === agent && (owned(name) || name === `bus ${role}`)) continue;
          if (uid === person && owned(name)) continue;
          wrong.push(`${role} as ${uid}: ${place}`);
        }
        // that the search can find anything at all
        if (uid === agent) expect(found.join()).toContain(`bus ${role}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("the sandbox reaches neither the door, nor the role's files, nor the agent", async () => {
    for (const role of roles) {
      expect(await askDoor(containerOf(role), sandbox, { do: "ask", verb: "status.show", input: {} })).toBe(
        "EACCES",
      );
      const program = `import { readdirSync, readFileSync } from "node:fs";
const said = {};
const look = (name, read) => { try { read(); said[name] = "open"; } catch (error) { said[name] = error.code; } };
for (const dir of ["role", "agent", "ssh", "door"]) look(dir, () => readdirSync("/run/dockfra/" + dir));
const agent = readdirSync("/proc").find((pid) => {
  try { return /agent/.test(readFileSync("/proc/" + pid + "/cmdline", "utf8")) && Number(pid) > 1; } catch { return false; }
}) ?? "1";
look("environ", () => readFileSync("/proc/" + agent + "/environ"));
look("memory", () => readFileSync("/proc/" + agent + "/maps"));
look("kill", () => process.kill(Number(agent), 0));
console.log(JSON.stringify(said));`;
      const said = await nodeInside<Record<string, string>>(containerOf(role), sandbox, program);
      for (const [what, code] of Object.entries(said))
        expect(`${role} ${what} ${code}`).toMatch(/(?:EACCES|EPERM|ESRCH)$/);
    }
  });

  test("each role reaches its networks and no other", async () => {
    const addresses: Record<string, { host: string; port: number }> = {};
    for (const network of Object.keys(networks)) {
      const name = `${project.prefix}-peer-${network}`;
      peers.push(name);
      await execa("docker", [
        ...["run", "--detach", "--init", "--name", name, "--network", `${project.prefix}-${network}`],
        ...["node:24-bookworm-slim", "node", "-e", 'require("net").createServer(s=>s.end()).listen(8080)'],
      ]);
      const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
      const { stdout } = await execa("docker", ["inspect", "--format", format, name]);
      addresses[network] = { host: stdout.trim(), port: 8080 };
      await expect
        .poll(() => reachable(name, "1000", { it: addresses[network] ?? { host: "", port: 0 } }), {
          timeout: 30_000,
        })
        .toEqual(["it"]);
    }
    for (const role of roles) {
      const allowed = Object.keys(networks).filter((network) => networks[network]?.includes(role));
      expect([role, ...(await reachable(containerOf(role), sandbox, addresses))]).toEqual([role, ...allowed]);
    }
  });
});
