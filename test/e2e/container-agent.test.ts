import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { connectOperator } from "../../cli/place/connection.ts";
import { freePort } from "../../bus/server/ready.ts";
import { describeWithEngine } from "../support/engine.ts";
import { makeProject, ticketFile, type Project } from "./installation.ts";

/** What a ticket brings as a test: tries what it should not, and says what came of it. */
const hostile = (stateDir: string): string => `import { spawn } from "node:child_process";
import { connect } from "node:net";
import * as fs from "node:fs";
const said = {};
const attempt = async (name, act) => {
  try { said[name] = String(await act()).slice(0, 200); } catch (error) { said[name] = error.code ?? error.message; }
};
const agent = fs.readdirSync("/proc").filter((name) => /^\\d+$/.test(name)).find((pid) => {
  try { return fs.readFileSync("/proc/" + pid + "/cmdline", "utf8").includes("cli/main.ts"); } catch { return false; }
});
await attempt("uid", () => process.getuid() + " " + process.getgroups().join());
await attempt("seed", () => fs.readFileSync("/run/dockfra/role/creds/developer.nk"));
await attempt("models", () => fs.readFileSync("/run/dockfra/role/model.env"));
await attempt("environ", () => fs.readFileSync("/proc/" + agent + "/environ"));
await attempt("memory", () => fs.openSync("/proc/" + agent + "/mem", "r"));
await attempt("kill", () => process.kill(Number(agent), "SIGKILL"));
await attempt("tini", () => process.kill(1, "SIGKILL"));
await attempt("state", () => fs.readdirSync(${JSON.stringify(stateDir)} + "/developer"));
await attempt("hostKey", () => fs.readFileSync("/run/dockfra/ssh/host_ed25519"));
await attempt("rename", () => fs.renameSync("/work/developer", "/work/mine"));
await attempt("renameTree", () => fs.renameSync("/work/developer/app", "/work/developer/mine"));
await attempt("code", () => fs.writeFileSync("/opt/dockfra/x", "x"));
await attempt("socket", () => fs.statSync("/var/run/docker.sock"));
await attempt("door", () => new Promise((resolve, reject) =>
  connect("/run/dockfra/door/door.sock", () => resolve("open")).on("error", reject)));
await attempt("environment", () => Object.keys(process.env).filter((name) => /DOCKFRA|KEY|TOKEN/.test(name)).join() || "none");
// what a tree could be left with
fs.rmSync("text.js"); fs.symlinkSync(${JSON.stringify(stateDir)} + "/developer", "text.js");
fs.mkdirSync(".git", { recursive: true }); fs.writeFileSync(".git/config", "[core]\\n\\tfsmonitor = touch /tmp/ran\\n");
fs.mkdirSync("locked/deep", { recursive: true }); fs.writeFileSync("locked/deep/f", "x"); fs.chmodSync("locked/deep", 0); fs.chmodSync("locked", 0);
try { for (let n = 0; n < 4000; n++) fs.appendFileSync("/tmp/full", Buffer.alloc(1 << 18)); } catch (error) { said.tmp = error.code; }
for (let n = 0; n < 3; n++) spawn("sleep", ["1000"], { detached: true, stdio: "ignore" }).unref();
spawn("sh", ["-c", "trap '' TERM INT HUP; while :; do sleep 1; done"], { detached: true, stdio: "ignore" }).unref();
// more than there is room for
for (let n = 0; n < 1500; n++) {
  const child = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
  child.on("error", (error) => { said.fork = error.code; });
  child.unref();
  if (said.fork) break;
  if (n % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
console.log("SAID " + JSON.stringify(said));
process.exit(0);
`;

const patchOf = (name: string, text: string): string => {
  const lines = text.trimEnd().split("\n");
  return `\`\`\`diff\n--- /dev/null\n+++ b/${name}\n@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}`).join("\n")}\n\`\`\`\n`;
};

async function inDeveloper({ prefix }: Project, ...argv: readonly string[]): Promise<string> {
  const run = await execa("docker", ["exec", `${prefix}-ssh-developer`, ...argv], { reject: false });
  return run.stdout;
}

/** Makes `check.js` the project's test. */
async function setTests(project: Project, check: string, settings = ""): Promise<void> {
  await project.write("app/check.js", check);
  const before = await readFile(project.path("dockfra.yaml"), "utf8");
  const command = "{ command: [node, check.js], timeout_s: 100 }";
  await project.write("app/dockfra.yaml", before.replace("[node, --test]", command) + settings);
  await project.git("add", "check.js", "dockfra.yaml");
  const user = ["-c", "user.name=User", "-c", "user.email=user@example.org"];
  await project.git(...user, "commit", "--quiet", "-m", "Check");
}

describeWithEngine("a ticket that is hostile, or whose agent dies", () => {
  test("reaches nothing by its tests, leaves nothing, and the next ticket is none the worse", async () => {
    await using project = await makeProject(await freePort(), { runtime: "docker" });
    await setTests(
      project,
      'import { existsSync } from "node:fs";\nif (existsSync("hostile.js")) await import("./hostile.js");\n',
    );
    expect(await project.json("up", "--detach")).toMatchObject({ ok: true, runtime: "docker" });
    const agent = await project.pidOf("developer");
    const file = await project.write(
      "hostile.md",
      `# Add a test\n\n${patchOf("hostile.js", hostile(project.path("dockfra")))}`,
    );
    await project.cli("ticket", "create", "--file", file);
    await project.cli("ticket", "wait", "1", "--for", "approving", "--timeout", "120");
    const shown = JSON.stringify(await project.json("ticket", "show", "T-0001"));
    const said = /SAID (\{.*?\})/.exec(shown.replaceAll("\\\\", "\\").replaceAll('\\"', '"'))?.[1] ?? "{}";
    expect(JSON.parse(said)).toMatchObject({
      uid: "10002 10002",
      seed: "EACCES",
      models: "EACCES",
      environ: "EACCES",
      memory: "EACCES",
      kill: "EPERM",
      tini: "EPERM",
      state: "EACCES",
      hostKey: "EACCES",
      rename: expect.stringMatching(/EPERM|EACCES/),
      renameTree: expect.stringMatching(/EPERM|EACCES/),
      code: "EROFS",
      socket: "ENOENT",
      door: "EACCES",
      environment: "none",
      tmp: "ENOSPC",
      fork: "EAGAIN",
    });
    expect(await inDeveloper(project, "ps", "-u", "10002", "-o", "args=")).toBe("");
    expect(await inDeveloper(project, "find", "/tmp", "/dev/shm", "-uid", "10002")).toBe("");
    expect(await project.pidOf("developer")).toBe(agent);

    const next = await project.write("next.md", ticketFile("Greet the world", "Hello there", "Hello world"));
    await project.cli("ticket", "create", "--file", next);
    expect(await project.cli("ticket", "wait", "2", "--for", "approving", "--timeout", "120")).toMatchObject({
      exitCode: 0,
    });
    expect(await project.json("ps")).toMatchObject({ healthy: true });
  }, 400_000);

  test("goes on where its agent was killed, and a check that is a command runs in the monitor's sandbox", async () => {
    await using project = await makeProject(await freePort(), { runtime: "docker" });
    await setTests(
      project,
      "await new Promise((resolve) => setTimeout(resolve, 5000));\n",
      'checks:\n  - command: [sh, -c, "id -u | grep -x 10002 && test -r text.js && ! test -r /run/dockfra/role/creds/monitor.nk"]\n',
    );
    expect(await project.json("up", "--detach")).toMatchObject({ ok: true, runtime: "docker" });
    const file = await project.write("next.md", ticketFile("Greet the world", "Hello there", "Hello world"));
    await project.cli("ticket", "create", "--file", file);
    const sandboxed = (): Promise<string> => inDeveloper(project, "ps", "-u", "10002", "-o", "args=");
    await expect.poll(sandboxed, { timeout: 60_000, interval: 500 }).toContain("check.js");
    const agent = await inDeveloper(project, "pgrep", "-u", "10000", "-f", "cli/main.ts");
    await inDeveloper(project, "kill", "-9", agent);
    await project.cli("ticket", "wait", "1", "--for", "approving", "--timeout", "200");
    await project.cli("ticket", "approve", "T-0001");
    const end = await project.cli("ticket", "wait", "T-0001", "--timeout", "120");
    expect(end.stdout).toMatch(/verified on the running app \(checks: 1, failed: 0\)[\s\S]*merged into main/);
    expect(await project.git("log", "--format=%s", "main")).toContain("Greet the world");
  }, 600_000);
});

describeWithEngine("the commands of a role in its container", () => {
  test("run there as the shell's user, the project's own among them", async () => {
    await using project = await makeProject(await freePort(), { runtime: "docker" });
    await project.write("app/manager/scripts/hello.sh", '#!/bin/sh\n# Says hello\nid -u; echo "hello $1"\n');
    expect(await project.json("up", "--detach")).toMatchObject({ ok: true, runtime: "docker" });
    const { natsUrl = "", credsDir = "", prefix } = await project.installation();
    await using bus = await connectOperator({ servers: natsUrl, credsDir, prefix });
    const { commands } = await bus.question("manager.commands", {});
    expect(commands).toContainEqual(expect.objectContaining({ name: "hello", source: "project" }));
    const run = (command: string, ...args: string[]) => bus.question("manager.run", { command, args });
    expect(await run("hello", "you")).toEqual({ exitCode: 0, output: "10001\nhello you\n", cut: false });
    expect(await run("status", "--json")).toMatchObject({ exitCode: 0 });
    expect((await run("nothing-like-it", "--json")).output).toContain("shell_command_unknown");
  }, 300_000);
});
