import { afterEach, beforeEach, expect, test } from "vitest";
import type { DeployView } from "../../../bus/messages/deploy.ts";
import { openMonitoredApp, type MonitoredApp } from "./monitored-app.ts";

let app: MonitoredApp;

beforeEach(async () => {
  app = await openMonitoredApp();
});

afterEach(() => app[Symbol.asyncDispose]());

interface Ran {
  readonly exitCode: number;
  readonly output: string;
  readonly answer: Record<string, unknown>;
}

async function run(command: string, ...args: string[]): Promise<Ran> {
  const { exitCode, output } = await app.crew.bus
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
  const one = await app.version("one");
  expect(await run("deploy", "app")).toMatchObject({
    exitCode: 0,
    answer: { stack: "app", commit: one, outcome: "deployed", url: app.url },
  });
  expect(await app.page()).toBe("version one");
  const two = await app.version("two");
  expect(await run("deploy", "app")).toMatchObject({ exitCode: 0, answer: { commit: two } });
  expect(await app.page()).toBe("version two");
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
  expect(await app.page()).toBe("version one");
  expect(await run("rollback", "app", two.slice(0, 8))).toMatchObject({ exitCode: 0 });
  expect(await app.page()).toBe("version two");
  const codes = app.crew.feed.map(({ code }) => code);
  for (const code of ["deploy_started", "deploy_step", "deploy_deployed", "verify_passed", "restore_started"])
    expect(codes).toContain(code);
});

test("a release that does not come up is told of, and what ran before answers", async () => {
  await app.version("one");
  await run("deploy", "app");
  await app.version("bad", "unhealthy");
  const bad = await run("deploy", "app");
  expect(bad).toMatchObject({ exitCode: 4, answer: { ok: false, outcome: "restored" } });
  expect(await app.page()).toBe("version one");
  expect((await run("rollback", "app")).output).toContain("release_unknown");
});

test("a stack that a ticket is being deployed to is left to it", async () => {
  await app.version("one");
  app.crew.lanes = [lane({ state: "trial", ticket: "T-0007" })];
  for (const command of ["deploy", "rollback"]) {
    const refused = await run(command, "app");
    expect(refused.exitCode).toBe(4);
    expect(refused.output).toContain("deploy_lane_busy");
    expect(refused.output).toContain("T-0007");
  }
  await expect(app.page()).rejects.toThrow();
});

test("releases of tickets can be put back, whoever brought up the one of now", async () => {
  const one = await app.version("one");
  await app.version("two");
  await run("deploy", "app");
  const release = { id: "deploy.app.1.0", stack: "app", commit: one, atMs: 1, url: app.url };
  app.crew.lanes = [lane({ releases: [release] })];
  expect(await run("rollback", "app", "deploy.app.1.0")).toMatchObject({
    exitCode: 0,
    answer: { commit: one, releaseId: "deploy.app.1.0" },
  });
  expect(await app.page()).toBe("version one");
});

test("what cannot be deployed says so", async () => {
  await app.version("one");
  expect((await run("deploy", "nope")).output).toContain("stack_unknown");
  expect((await run("deploy", "../x")).exitCode).not.toBe(0);
  expect((await run("rollback", "app")).output).toContain("release_unknown");
  expect(await run("verify", "app")).toMatchObject({ exitCode: 4 });
});
