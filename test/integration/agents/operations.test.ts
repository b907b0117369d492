import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { DeployView } from "../../../bus/messages/deploy.ts";
import { readProjectFile } from "../../../stacks/project-file/project-file.ts";
import { selectTarget } from "../../../stacks/targets/select-target.ts";
import { createUserRepo, type UserRepo } from "../../agents/user-repo.ts";
import { freePort } from "../targets/free-port.ts";
import { appSource } from "../targets/sample-app.ts";
import type { Behaviour } from "../targets/target-contract.ts";
import { Crew } from "./crew.ts";

let user: UserRepo;
let crew: Crew;
let url: string;

beforeEach(async () => {
  url = `http://127.0.0.1:${await freePort()}`;
  user = await createUserRepo();
  await user.commit({
    "dockfra.yaml": [
      "checks: ['GET / contains \"version\"']",
      "deploy:",
      "  app:",
      "    target: process",
      "    command: [node, server.cjs]",
      '    env: { PORT: "{port}" }',
      `    url: ${url}`,
      "    health: /health",
      "    health_timeout_s: 3",
      "",
    ].join("\n"),
  });
  crew = new Crew(user, {
    stacks: [{ name: "app", repo: "project", dir: user.dir, files: [], deployable: true }],
    checks: [{ kind: "http", path: "/", contains: "version" }],
  });
  crew.start("monitor");
  const operator = crew.bus.client("operator");
  await vi.waitFor(() => operator.question("monitor.commands", {}), { timeout: 20_000 });
});

afterEach(async () => {
  const project = (await readProjectFile(user.dir)) ?? { deploy: {} };
  const { target } = selectTarget(project, "app", {
    root: user.dir,
    stateDir: user.stateDir,
    engineAvailable: false,
  });
  await target.stop();
  await crew[Symbol.asyncDispose]();
  await user[Symbol.asyncDispose]();
});

const version = (name: string, behaviour: Behaviour = "good"): Promise<string> =>
  user.commit({ "server.cjs": appSource(name, behaviour) }, name);
const page = async (): Promise<string> => (await fetch(url)).text();

interface Ran {
  readonly exitCode: number;
  readonly output: string;
  readonly answer: Record<string, unknown>;
}

async function run(command: string, ...args: string[]): Promise<Ran> {
  const { exitCode, output } = await crew.bus
    .client("operator")
    .question("monitor.run", { command, args: [...args, "--json"] }, { timeoutMs: 60_000 });
  const last = output.trim().split("\n").at(-1) ?? "{}";
  return { exitCode, output, answer: JSON.parse(last) as Record<string, unknown> };
}

const lane = (rest: Partial<DeployView> = {}): DeployView => ({
  ...{ stack: "app", state: "idle", version: 1, queue: [], releases: [] },
  ...rest,
});

test("a person deploys, verifies, looks after and rolls back a stack", async () => {
  const one = await version("one");
  expect(await run("deploy", "app")).toMatchObject({
    exitCode: 0,
    answer: { stack: "app", commit: one, outcome: "deployed", url },
  });
  expect(await page()).toBe("version one");
  const two = await version("two");
  expect(await run("deploy", "app")).toMatchObject({ exitCode: 0, answer: { commit: two } });
  expect(await page()).toBe("version two");
  expect(await run("verify", "app")).toMatchObject({
    exitCode: 0,
    answer: { evidence: [{ passed: true }, { passed: true }] },
  });
  expect(await run("health-check")).toMatchObject({
    exitCode: 0,
    answer: { stacks: [{ stack: "app", healthy: true, commit: two }] },
  });
  expect((await run("service-status", "app")).exitCode).toBe(0);
  expect(await run("rollback", "app")).toMatchObject({ exitCode: 0, answer: { commit: one } });
  expect(await page()).toBe("version one");
  expect(await run("rollback", "app", two.slice(0, 8))).toMatchObject({ exitCode: 0 });
  expect(await page()).toBe("version two");
  const codes = crew.feed.map(({ code }) => code);
  for (const code of ["deploy_started", "deploy_step", "deploy_deployed", "verify_passed", "restore_started"])
    expect(codes).toContain(code);
});

test("a release that does not come up is told of, and what ran before answers", async () => {
  await version("one");
  await run("deploy", "app");
  await version("bad", "unhealthy");
  const bad = await run("deploy", "app");
  expect(bad).toMatchObject({ exitCode: 4, answer: { ok: false, outcome: "restored" } });
  expect(await page()).toBe("version one");
  expect((await run("rollback", "app")).output).toContain("release_unknown");
});

test("a stack that a ticket is being deployed to is left to it", async () => {
  await version("one");
  crew.lanes = [lane({ state: "trial", ticket: "T-0007" })];
  for (const command of ["deploy", "rollback"]) {
    const refused = await run(command, "app");
    expect(refused.exitCode).toBe(4);
    expect(refused.output).toContain("deploy_lane_busy");
    expect(refused.output).toContain("T-0007");
  }
  await expect(page()).rejects.toThrow();
});

test("releases of tickets can be put back, whoever brought up the one of now", async () => {
  const one = await version("one");
  await version("two");
  await run("deploy", "app");
  const release = { id: "deploy.app.1.0", stack: "app", commit: one, atMs: 1, url };
  crew.lanes = [lane({ releases: [release] })];
  expect(await run("rollback", "app", "deploy.app.1.0")).toMatchObject({
    exitCode: 0,
    answer: { commit: one, releaseId: "deploy.app.1.0" },
  });
  expect(await page()).toBe("version one");
});

test("what cannot be deployed says so", async () => {
  await version("one");
  expect((await run("deploy", "nope")).output).toContain("stack_unknown");
  expect((await run("deploy", "../x")).exitCode).not.toBe(0);
  expect((await run("rollback", "app")).output).toContain("release_unknown");
  expect(await run("verify", "app")).toMatchObject({ exitCode: 4 });
});
