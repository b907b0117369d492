import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createUserRepo, type UserRepo } from "../../agents/user-repo.ts";
import { brokenFiles, mendingPatch } from "../../support/fake-llm/project.ts";
import { startFakeLlm, type FakeLlm } from "../../support/fake-llm/server.ts";
import { canaryKey } from "../../support/fake-llm/told.ts";
import { call, say, status, type Script } from "../../support/fake-llm/turn.ts";
import { briefOf, Crew, implementOf } from "./crew.ts";

const triage = call("answer", { title: "The sum is negative", priority: "high" });
const plan = say("Read, patch, test.");
const patch = call("apply_patch", { patch: mendingPatch });
const finish = call("finish", { summary: "The sum adds now." });
const approve = call("answer", { verdict: "approve" });

interface Scene extends AsyncDisposable {
  readonly user: UserRepo;
  readonly crew: Crew;
  readonly fake: FakeLlm;
}

/** A project with a bug, a crew, and a key in the state directory's `.env`. */
async function begin(...script: readonly Script[]): Promise<Scene> {
  const fake = await startFakeLlm(...script);
  const user = await createUserRepo({ ...brokenFiles, "dockfra.yaml": "test: [node, --test]\n" });
  await mkdir(user.stateDir, { recursive: true });
  const env = `OPENROUTER_API_KEY='${canaryKey}'\nLLM_BASE_URL=${fake.baseUrl}\nLLM_MODEL=fake/model\n`;
  await writeFile(join(user.stateDir, ".env"), env, { mode: 0o600 });
  const crew = new Crew(user);
  crew.start("manager");
  crew.start("developer");
  return {
    user,
    crew,
    fake,
    async [Symbol.asyncDispose]() {
      await crew[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
      await user[Symbol.asyncDispose]();
    },
  };
}

const ticket = briefOf("sum([1, 2, 3]) gives -6 and should give 6.", { title: "sum" });

test("a ticket without a patch is triaged, done by the model, and reviewed", async () => {
  await using scene = await begin(triage, plan, patch, finish, approve);
  const { crew, user } = scene;
  const { title, priority, repo } = await crew.done("manager.triage", { ticket }, "ticket.T-0001.1.0");
  const found = { title, priority, repo };
  expect(found).toEqual({ title: "The sum is negative", priority: "high", repo: "project" });
  const triaged = { ...ticket, ...found };
  const work = await crew.done("developer.implement", implementOf(triaged), "ticket.T-0001.4.0");
  expect(work).toMatchObject({
    engine: "built_in",
    stats: { files: ["src/sum.js"], insertions: 1, deletions: 1 },
    tests: { passed: true },
  });
  expect(await crew.artifact(work.diff)).toContain("+  for (const number of numbers) total += number;");
  const verdict = await crew.done("manager.review", { ticket: triaged, work }, "ticket.T-0001.5.0");
  expect(verdict).toEqual({ verdict: "approve", reasons: [] });
  const codes = crew.feed.map(({ code }) => code);
  for (const code of ["engine_chosen", "llm_plan", "llm_tool", "llm_usage", "llm_opinion", "work_committed"])
    expect(codes).toContain(code);
  expect(JSON.stringify([crew.feed, crew.results])).not.toContain("canary");
  expect(await user.git("log", "-1", "--format=%s", "main")).toBe("Start");
});

test("a review that the model makes stricter sends it back; the next attempt goes on from there", async () => {
  const rework = call("answer", { verdict: "rework", reasons: ["Add a test for an empty list."] });
  const more = call("write_file", {
    path: "test/empty.test.js",
    content:
      'import assert from "node:assert/strict";\nimport { test } from "node:test";\nimport { sum } from "../src/sum.js";\n\ntest("nothing is 0", () => assert.equal(sum([]), 0));\n',
  });
  await using scene = await begin(
    plan,
    patch,
    finish,
    rework,
    say("Only the test is missing."),
    more,
    finish,
  );
  const { crew, fake } = scene;
  const first = await crew.done("developer.implement", implementOf(ticket), "ticket.T-0001.4.0");
  const verdict = await crew.done("manager.review", { ticket, work: first }, "ticket.T-0001.5.0");
  expect(verdict).toEqual({ verdict: "rework", reasons: ["Add a test for an empty list."] });
  const second = await crew.done(
    "developer.implement",
    implementOf(ticket, verdict.reasons),
    "ticket.T-0001.7.0",
  );
  expect(second.stats.files).toEqual(["src/sum.js", "test/empty.test.js"]);
  expect(second.tests.passed).toBe(true);
  expect(fake.requests[4]?.body.messages[1]?.content).toContain("Add a test for an empty list.");
});

test("a model that does not answer leaves triage to the rules, and the work undone with a reason", async () => {
  await using scene = await begin(status(401));
  const { crew } = scene;
  expect(await crew.done("manager.triage", { ticket }, "ticket.T-0001.1.0")).toMatchObject({ title: "sum" });
  expect(crew.feed.map(({ code }) => code)).toContain("llm_opinion_missing");
  const error = await crew.failed("developer.implement", implementOf(ticket), "ticket.T-0001.4.0");
  expect(error.code).toBe("llm_key_refused");
});

test("what a test prints of our secrets is on no feed and in no result", async () => {
  const spy = call("write_file", {
    path: "test/spy.test.js",
    content:
      'import { readFileSync } from "node:fs";\nimport { join } from "node:path";\nlet dir = process.cwd();\nwhile (!dir.endsWith("dockfra")) dir = join(dir, "..");\nconsole.log("loot", readFileSync(join(dir, ".env"), "utf8"));\n',
  });
  await using scene = await begin(plan, spy, patch, call("run_tests"), finish);
  const { crew, fake } = scene;
  const work = await crew.done("developer.implement", implementOf(ticket), "ticket.T-0001.4.0");
  const seen = JSON.stringify([
    crew.feed,
    crew.results,
    await crew.text(work.tests.output),
    fake.requests.map(({ raw }) => raw),
  ]);
  expect(seen).toContain("loot");
  expect(seen).not.toContain("canary");
});
