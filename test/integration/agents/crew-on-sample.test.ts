import { access, cp, readFile, readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { CommandInput } from "../../../bus/messages/commands.ts";
import type { TicketBrief } from "../../../bus/messages/ticket.ts";
import { readProjectFile } from "../../../stacks/project-file/project-file.ts";
import { selectTarget } from "../../../stacks/targets/select-target.ts";
import { createUserRepo, replaceLine, type UserRepo } from "../../agents/user-repo.ts";
import { briefOf, Crew, implementOf, withPatches } from "./crew.ts";

const blueprints = join(import.meta.dirname, "../../../stacks/blueprints");
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address ? address.port : 0;
}

interface Scene {
  readonly user: UserRepo;
  readonly crew: Crew;
  readonly url: string;
}

/** The sample shop as the user's project, the whole crew at work on it as a process. */
async function begin(): Promise<Scene> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const user = await createUserRepo();
  cleanups.push(() => user[Symbol.asyncDispose]());
  await cp(join(blueprints, "sample"), user.dir, { recursive: true });
  const yaml = (await readFile(join(user.dir, "dockfra.yaml"), "utf8"))
    .replace("http://127.0.0.1:8088", url)
    .replace("target: auto", "target: process\n    health_timeout_s: 5");
  await user.commit({ "dockfra.yaml": yaml }, "The shop");
  const project = await readProjectFile(user.dir);
  if (!project) throw new Error("The sample has no dockfra.yaml.");
  const crew = new Crew(user, {
    checks: project.checks,
    stacks: [
      { name: "shop", repo: "project", dir: user.dir, files: ["docker-compose.yml"], deployable: true },
    ],
  });
  cleanups.push(
    () =>
      selectTarget(project, "shop", {
        root: user.dir,
        stateDir: user.stateDir,
        engineAvailable: false,
      }).target.stop(),
    () => crew[Symbol.asyncDispose](),
  );
  for (const role of ["manager", "developer", "monitor", "autopilot"] as const) crew.start(role);
  return { user, crew, url };
}

async function demoTicket(name: string): Promise<TicketBrief> {
  const text = await readFile(join(blueprints, "sample-tickets", name), "utf8");
  return { ...briefOf(text), title: "Untitled" };
}

/** Takes a ticket through triage, work and candidate. */
async function toCandidate(
  { crew }: Scene,
  ticket: TicketBrief,
): Promise<{ triaged: TicketBrief; deploy: CommandInput<"monitor.deploy"> }> {
  const { summary, ...found } = await crew.done("manager.triage", { ticket }, `ticket.${ticket.id}.1.0`);
  expect(summary).toContain("stack shop in repository project");
  const { autonomy = ticket.autonomy } = found;
  const triaged = { ...ticket, ...found, autonomy };
  const work = await crew.done("developer.implement", implementOf(triaged), `ticket.${ticket.id}.4.0`);
  expect(work.tests.passed).toBe(true);
  expect(await crew.done("manager.review", { ticket: triaged, work }, `ticket.${ticket.id}.5.0`)).toEqual({
    verdict: "approve",
    reasons: [],
  });
  const candidate = await crew.done(
    "developer.candidate",
    { ticket: ticket.id, repo: "project", branch: work.branch, commit: work.commit },
    `deploy.shop.${ticket.id}.1`,
  );
  return { triaged, deploy: { stack: "shop", ticket: ticket.id, candidate } };
}

test("a ticket goes from its text to a verified, merged deploy", async () => {
  const scene = await begin();
  const { crew, user, url } = scene;
  const { triaged, deploy } = await toCandidate(scene, await demoTicket("t1-fix-total.md"));
  expect(triaged).toMatchObject({
    title: "The total leaves out the delivery",
    repo: "project",
    stack: "shop",
  });
  expect(triaged.checks).toHaveLength(2);

  expect(await crew.done("monitor.deploy", deploy, "deploy.shop.3.0")).toMatchObject({
    outcome: "deployed",
    url,
  });
  expect(await (await fetch(url)).text()).toContain("Total: €34.97");
  expect(await crew.send("monitor.deploy", deploy, "deploy.shop.3.0", 1)).toMatchObject({
    ok: true,
    output: { url },
  });

  const verify = {
    stack: "shop",
    ticket: "T-0001",
    url,
    repo: "project",
    commit: deploy.candidate.commit,
    checks: triaged.checks,
  };
  const verified = await crew.done("monitor.verify", verify, "ticket.T-0001.9.0");
  expect(verified.passed).toBe(true);
  expect(verified.evidence.map((item) => item.observed)).toHaveLength(3);

  const merged = await crew.done(
    "developer.merge",
    { ticket: "T-0001", candidate: deploy.candidate },
    "ticket.T-0001.10.0",
  );
  expect(merged).toEqual({ commit: deploy.candidate.commit, baseBranch: "main" });
  expect(await user.git("--git-dir", user.exchange, "rev-parse", "main")).toBe(merged.commit);
  const kept = await readdir(join(user.stateDir, "releases/shop"));
  expect(kept.filter((name) => name !== "records")).toHaveLength(2);

  const wrong = await crew.done(
    "monitor.verify",
    { ...verify, checks: [{ kind: "http", path: "/", contains: "Free beer" }] },
    "ticket.T-0001.12.0",
  );
  expect(wrong).toMatchObject({ passed: false });
  expect(wrong.evidence.find((item) => !item.passed)?.artifact).toMatch(/^[0-9a-f]{64}$/);

  expect(
    await crew.failed(
      "monitor.verify",
      { ...verify, commit: deploy.candidate.baseCommit },
      "ticket.T-0001.13.0",
    ),
  ).toMatchObject({
    code: "release_not_running",
  });

  expect(await crew.done("monitor.restore", deploy, "deploy.shop.9.0")).toMatchObject({
    outcome: "deployed",
  });
  expect(await (await fetch(url)).text()).toContain("Total: €24.97");
});

test("a release that is not healthy leaves the old one answering, with evidence", async () => {
  const scene = await begin();
  const { crew, user, url } = scene;
  const { deploy } = await toCandidate(scene, await demoTicket("t3-fails-health.md"));
  const outcome = await crew.done("monitor.deploy", deploy, "deploy.shop.3.0");
  expect(outcome).toMatchObject({ outcome: "restored" });
  if (outcome.outcome === "deployed") return;
  expect(outcome.error.message).not.toBe("");
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ ok: true });
  await expect(
    access(join(user.stateDir, "releases/shop", deploy.candidate.baseCommit.slice(0, 12))),
  ).resolves.toBeUndefined();
});

test("a patch that breaks the tests is blocked with their output", async () => {
  const { crew } = await begin();
  const ticket = { ...(await demoTicket("t2-breaks-tests.md")), repo: "project" };
  const work = await crew.done("developer.implement", implementOf(ticket));
  expect(work.tests.passed).toBe(false);
  const verdict = await crew.done("manager.review", { ticket, work }, "ticket.T-0001.5.0");
  expect(verdict.verdict).toBe("block");
  expect(verdict.reasons[0]).toContain('The tests ("node --test") ended with 1');
});

test("a change of what steers Dockfra is refused by the review", async () => {
  const { crew } = await begin();
  const german =
    "--- a/dockfra.yaml\n+++ b/dockfra.yaml\n@@ -1,2 +1,2 @@\n-lang: en\n+lang: de\n autonomy: assisted\n";
  const ticket = briefOf(withPatches(replaceLine("hello.txt", "hello", "bye"), german));
  const work = await crew.send("developer.implement", implementOf(ticket));
  if (!work.ok) throw new Error(work.error.message);
  const verdict = await crew.done("manager.review", { ticket, work: work.output }, "ticket.T-0001.5.0");
  expect(verdict).toMatchObject({ verdict: "block" });
  expect(verdict.reasons.join()).toContain("dockfra.yaml may not be changed by a ticket");
});

test("an author from outside gets nothing done by roles that are plain processes", async () => {
  const { crew } = await begin();
  const ticket = briefOf("Say bye.", { author: { kind: "github", id: "4711", trusted: false } });
  expect(await crew.failed("manager.triage", { ticket })).toMatchObject({
    code: "outside_author_refused",
    kind: "denied",
  });
});
