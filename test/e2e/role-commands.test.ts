import { chmod, mkdir, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { roleCommands } from "../../agents/shell/registry.ts";
import { freePort } from "../../bus/server/ready.ts";
import { roles, type Role } from "../../bus/messages/principals.ts";
import { describeWithEngine } from "../support/engine.ts";
import { makeProject, type CliRun, type Project } from "./installation.ts";

async function until(what: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  for (const untilMs = Date.now() + timeoutMs; !(await what()); await sleep(300))
    if (Date.now() > untilMs) throw new Error("It did not come about in time.");
}

describeWithEngine("the commands of the roles over SSH", () => {
  test("one installation: rights, help, JSON, the project's own commands, a ticket by hand", async () => {
    await using project = await makeProject(await freePort(), { runtime: "docker" });
    await mkdir(project.path("developer", "scripts"), { recursive: true });
    await writeFile(
      project.path("developer", "scripts", "greet"),
      '#!/bin/sh\n# Greets.\necho "hi $1 $(id -u)"\nexit 3\n',
    );
    await chmod(project.path("developer", "scripts", "greet"), 0o755);
    await writeFile(project.path("developer", "Makefile"), "lint: ## checks the style\n\t@echo linted\n");
    expect(await project.json("up", "--detach")).toMatchObject({ ok: true, runtime: "docker" });
    const ssh = (role: Role, ...words: readonly string[]): Promise<CliRun> =>
      project.cli("ssh", role, ...words);

    await rightsHold(project, ssh);
    await everyCommandSpeaks(ssh);
    await projectCommandsRun(ssh);
    await byHand(project, ssh);
  });
});

type Ssh = (role: Role, ...words: readonly string[]) => Promise<CliRun>;

async function rightsHold(project: Project, ssh: Ssh): Promise<void> {
  const created = await ssh("manager", "ticket-create", "Greet more kindly", "--json");
  expect(JSON.parse(created.stdout)).toMatchObject({ ok: true, id: "T-0001" });
  const list = await project.json("ticket", "list");
  expect(list).toMatchObject({ tickets: [{ id: "T-0001", createdBy: "manager" }] });
  for (const role of ["developer", "monitor"] as const) {
    const refused = await ssh(role, "dockfra-role", "ticket-create", "Mine");
    expect(refused).toMatchObject({ exitCode: 5, stdout: "" });
    expect(refused.stderr).toContain(`The ${role} may not do this: the bus refuses it to this role.`);
    expect(await ssh(role, "ticket-create", "Mine")).toMatchObject({ exitCode: 127 });
  }
  expect(await project.json("ticket", "list")).toMatchObject({ total: 1 });
  expect((await ssh("manager", "ssh-to", "developer", "whoami")).stdout).toBe("developer");
  expect((await ssh("developer", "dockfra-role", "ssh-to", "manager", "whoami")).exitCode).toBe(5);
}

/** All commands of a role in one login: help in words and as JSON. */
async function everyCommandSpeaks(ssh: Ssh): Promise<void> {
  for (const role of roles) {
    const names = Object.keys(roleCommands[role]);
    const script = names.map((name) => `${name} --help --json || echo "${name} failed"`).join("; ");
    const { stdout } = await ssh(role, "sh", "-c", script);
    const answers = stdout.split("\n").map((line) => JSON.parse(line) as { command: string });
    expect(answers.map(({ command }) => command)).toEqual(names);
    const motd = await ssh(role, "dockfra-role", "motd");
    expect(motd.stdout).toContain(`You are the ${role} of Dockfra.`);
    const offered = JSON.parse((await ssh(role, "commands", "--json")).stdout) as {
      commands: { name: string }[];
    };
    for (const name of names) expect(offered.commands.map((command) => command.name)).toContain(name);
  }
  const reading = [
    ["manager", "ticket-list"],
    ["manager", "config-show"],
    ["manager", "status"],
    ["developer", "my-tickets"],
    ["developer", "check-services"],
    ["monitor", "service-status"],
    ["autopilot", "pilot-status"],
    ["autopilot", "pilot-log"],
  ] as const;
  for (const [role, name] of reading) {
    const { stdout, exitCode } = await ssh(role, name, "--json");
    expect([name, exitCode, (JSON.parse(stdout) as { ok: boolean }).ok]).toEqual([name, 0, true]);
  }
}

async function projectCommandsRun(ssh: Ssh): Promise<void> {
  await until(async () => (await ssh("developer", "commands")).stdout.includes("greet"));
  expect(await ssh("developer", "greet", "Ada; id")).toMatchObject({
    exitCode: 3,
    stdout: "hi Ada; id 10001",
  });
  expect((await ssh("developer", "lint")).stdout).toContain("linted");
  expect(await ssh("manager", "greet")).toMatchObject({ exitCode: 127 });
}

async function byHand(project: Project, ssh: Ssh): Promise<void> {
  const took = await ssh("developer", "ticket-work", "1");
  expect(took).toMatchObject({ exitCode: 0 });
  const { state } = (await project.json("ticket", "show", "1"))["ticket"] as { state: string };
  if (state === "blocked") await project.cli("ticket", "resume", "1");
  const show = async (): Promise<{ state: string; work?: { engine: string } }> =>
    (await project.json("ticket", "show", "1"))["ticket"] as { state: string; work?: { engine: string } };
  await until(async () => (await show()).state === "implementing");

  // the agent dies, the person goes on
  await execa("kill", ["-9", String(await agentPid(project))]);
  await until(async () => (await ssh("developer", "true")).exitCode === 0);
  const edit =
    "cd work/T-0001 && sed -i 's/there/you there/' text.js && commit-push && git log -1 --format=%s";
  const pushed = await ssh("developer", "sh", "-c", edit);
  expect(pushed).toMatchObject({ exitCode: 0 });
  expect(pushed.stdout).toContain("Greet more kindly");
  const done = await ssh("developer", "ticket-done", "1");
  expect(done).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("the tests pass") as string });
  await until(async () => (await show()).state === "approving");
  expect((await show()).work).toMatchObject({ engine: "by-hand" });
}

/** The agent's process as this machine sees it: the child of the container's first one. */
async function agentPid(project: Project): Promise<number> {
  const first = await project.pidOf("developer");
  const { stdout } = await execa("ps", ["--ppid", String(first), "-o", "pid=,args="]);
  return Number(/^\s*(\d+)\s.*agent developer/m.exec(stdout)?.[1]);
}
