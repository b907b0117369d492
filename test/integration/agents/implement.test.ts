import { access, chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { conflict } from "../../../bus/kernel/errors.ts";
import { toText } from "../../../bus/artifact-transfer.ts";
import { createUserRepo, replaceLine, type UserRepo } from "../../agents/user-repo.ts";
import { briefOf, Crew, implementOf, withPatches } from "./crew.ts";

const bye = withPatches(replaceLine("hello.txt", "hello", "bye"));
const testScript =
  'test: [sh, -c, "echo \\"HOME=$HOME SECRET=$SECRET\\"; cat hello.txt; grep -q bye hello.txt"]\n';

async function begin(
  files: Record<string, string> = { "dockfra.yaml": testScript },
): Promise<{ user: UserRepo; crew: Crew } & AsyncDisposable> {
  const user = await createUserRepo({ "hello.txt": "hello\n", ...files });
  const crew = new Crew(user);
  return {
    user,
    crew,
    async [Symbol.asyncDispose]() {
      await crew[Symbol.asyncDispose]();
      await user[Symbol.asyncDispose]();
    },
  };
}

const inExchange = (user: UserRepo, ...args: string[]): Promise<string> =>
  user.git("--git-dir", user.exchange, ...args);

test("a patch becomes one commit on the ticket's branch, tested and with its diff", async () => {
  await using scene = await begin();
  const { user, crew } = scene;
  const base = await user.git("rev-parse", "main");
  await user.git("checkout", "--quiet", "-b", "elsewhere");
  await user.write({ "hello.txt": "half done\n" });
  crew.start("developer");

  const work = await crew.done("developer.implement", implementOf(briefOf(bye)));

  expect(work).toMatchObject({
    engine: "patch",
    branch: "dockfra/T-0001",
    baseBranch: "main",
    baseCommit: base,
    stats: { files: ["hello.txt"], insertions: 1, deletions: 1 },
    tests: { passed: true, exitCode: 0 },
  });
  expect(await crew.artifact(work.diff)).toContain("-hello\n+bye\n");
  expect(await inExchange(user, "rev-parse", "dockfra/T-0001")).toBe(work.commit);
  expect(await inExchange(user, "show", "-s", "--format=%an <%ae>%n%B", work.commit)).toBe(
    "Dockfra developer <developer@dockfra.invalid>\nSay bye\n\nDockfra-Ticket: T-0001\nDockfra-Command: ticket.T-0001.4.0\nDockfra-Engine: patch\nDockfra-Base: main\n",
  );
  expect(await inExchange(user, "rev-parse", `${work.commit}^`)).toBe(base);
  expect(work.tests.output.head).toBe(`HOME=${user.stateDir}/developer/developer-1/home SECRET=\nbye\n`);
  expect(await user.git("symbolic-ref", "--short", "HEAD")).toBe("elsewhere");
  expect(await readFile(join(user.dir, "hello.txt"), "utf8")).toBe("half done\n");
  expect(crew.feed.map((entry) => entry.code)).toContain("work_committed");
});

test("tests that fail are part of the answer, with the output", async () => {
  await using scene = await begin({
    "dockfra.yaml": 'test: [sh, -c, "seq 1 5000; echo broken >&2; exit 3"]\n',
  });
  const { crew } = scene;
  crew.start("developer");
  const { tests } = await crew.done("developer.implement", implementOf(briefOf(bye)));
  expect(tests).toMatchObject({ passed: false, exitCode: 3 });
  expect(tests.output.artifact).toMatch(/^[0-9a-f]{64}$/);
  expect(await crew.text(tests.output)).toMatch(/^1\n2\n[\s\S]*broken/);
});

test("a project without tests is taken as it is", async () => {
  await using scene = await begin({});
  scene.crew.start("developer");
  const { tests } = await scene.crew.done("developer.implement", implementOf(briefOf(bye)));
  expect(tests).toMatchObject({ passed: true, command: "" });
});

test("a test command that hangs is ended with all that it started, and its output kept", async () => {
  await using scene = await begin({
    "dockfra.yaml":
      'test: {command: [sh, -c, "echo before; seq 1 9000; sleep 61 & sleep 61"], timeout_s: 1}\n',
  });
  scene.crew.start("developer");
  const error = await scene.crew.failed("developer.implement", implementOf(briefOf(bye)));
  expect(error).toMatchObject({ code: "test_timeout", kind: "conflict", params: { timeoutS: 1 } });
  expect(await scene.crew.artifact(String(error.params["artifact"]))).toMatch(/^before\n/);
  const processes = await execa("ps", ["-eo", "args"]);
  expect(processes.stdout).not.toMatch(/^sleep 61$/m);
});

test("a test command that is not there says so", async () => {
  await using scene = await begin({ "dockfra.yaml": "test: [no-such-program]\n" });
  scene.crew.start("developer");
  expect(await scene.crew.failed("developer.implement", implementOf(briefOf(bye)))).toMatchObject({
    code: "test_command_missing",
  });
});

test("the test command is the operator's, never the patch's", async () => {
  await using scene = await begin();
  const { user, crew } = scene;
  crew.start("developer");
  const yaml = replaceLine(
    "dockfra.yaml",
    testScript.trimEnd(),
    "test: [touch, /tmp/dockfra-test-command-was-patched]",
  );
  const work = await crew.done(
    "developer.implement",
    implementOf(briefOf(withPatches(replaceLine("hello.txt", "hello", "bye"), yaml))),
  );
  expect(work.tests.command).toContain("grep -q bye");
  await expect(access("/tmp/dockfra-test-command-was-patched")).rejects.toThrow("ENOENT");
  expect(await user.git("show", "main:dockfra.yaml")).toBe(testScript.trimEnd());
});

test("where ROOT has no dockfra.yaml, that of the base commit counts", async () => {
  await using scene = await begin();
  const { user, crew } = scene;
  await user.git("checkout", "--quiet", "-b", "elsewhere");
  await user.git("rm", "--quiet", "dockfra.yaml");
  await user.git("commit", "--quiet", "--message", "Away");
  crew.start("developer");
  const { tests } = await crew.done("developer.implement", implementOf(briefOf(bye)));
  expect(tests.command).toContain("grep -q bye");
});

test("a broken dockfra.yaml names its line", async () => {
  await using scene = await begin({ "dockfra.yaml": "test: [\n" });
  scene.crew.start("developer");
  expect(await scene.crew.failed("developer.implement", implementOf(briefOf(bye)))).toMatchObject({
    code: "project_file_invalid",
  });
});

test.each([
  [
    "a patch that does not apply",
    withPatches(replaceLine("hello.txt", "good day", "bye")),
    "patch_does_not_apply",
  ],
  [
    "a patch that changes nothing",
    withPatches(replaceLine("hello.txt", "hello", "bye"), replaceLine("hello.txt", "bye", "hello")),
    "empty_diff",
  ],
  ["a ticket without a patch", "Please say bye.", "no_engine"],
  ["an empty patch", "```diff\n```\n", "no_engine"],
])("%s is refused, and no branch is made", async (_name, description, code) => {
  await using scene = await begin();
  scene.crew.start("developer");
  expect(await scene.crew.failed("developer.implement", implementOf(briefOf(description)))).toMatchObject({
    code,
  });
  expect(await inExchange(scene.user, "for-each-ref")).toBe("");
});

test("a repeat of the command finds its commit, also in another instance", async () => {
  await using scene = await begin();
  const { user, crew } = scene;
  const stop = crew.start("developer", "dev-1");
  const first = await crew.done("developer.implement", implementOf(briefOf(bye)));
  await stop();
  await user.commit({ "own.txt": "the base went on\n" });
  crew.start("developer", "dev-2");
  const second = await crew.send("developer.implement", implementOf(briefOf(bye)), "ticket.T-0001.4.0", 1);
  expect(second).toMatchObject({
    ok: true,
    output: { commit: first.commit, baseCommit: first.baseCommit, diff: first.diff, engine: "patch" },
  });
  expect(await inExchange(user, "rev-list", "--count", "dockfra/T-0001")).toBe("2");
});

test("a developer that is stopped in the tests hands the command back, and the repeat makes no second commit", async () => {
  await using scene = await begin({
    "dockfra.yaml": 'test: [sh, -c, "test -e $HOME/../../../release || sleep 60"]\n',
  });
  const { user, crew } = scene;
  const stop = crew.start("developer");
  const pending = crew.send("developer.implement", implementOf(briefOf(bye)));
  while (!crew.feed.some((entry) => entry.code === "tests_started")) await sleep(20);
  await stop();
  expect(crew.results).toEqual([]);
  await writeFile(join(user.stateDir, "release"), "");
  crew.start("developer");
  expect(await pending).toMatchObject({ ok: true, output: { tests: { passed: true } } });
  expect(await inExchange(user, "rev-list", "--count", "dockfra/T-0001")).toBe("2");
  expect(crew.results).toHaveLength(1);
});

test("two instances that got the same command answer with the same commit", async () => {
  await using scene = await begin();
  const { user, crew } = scene;
  crew.start("developer", "dev-1");
  crew.start("developer", "dev-2");
  await setImmediate();
  const [ticket, id] = [implementOf(briefOf(bye)), "ticket.T-0001.4.0"];
  for (const attempt of [0, 1]) await crew.dispatch("developer.implement", ticket, id, attempt);
  while (crew.results.length < 2) await sleep(20);
  const commits = crew.results.map(({ outcome }) =>
    outcome.ok ? (outcome.output as { commit: string }).commit : outcome.error,
  );
  const tip = await inExchange(user, "rev-parse", "dockfra/T-0001");
  expect(commits).toEqual([tip, tip]);
  expect(await inExchange(user, "rev-list", "--count", "dockfra/T-0001")).toBe("2");
});

test("a second attempt goes on without rewriting the first, on the base as it is then", async () => {
  await using scene = await begin({});
  const { user, crew } = scene;
  crew.start("developer");
  const first = await crew.done("developer.implement", implementOf(briefOf(bye)));
  const base = await user.commit({ "own.txt": "own\n" });
  const ciao = withPatches(replaceLine("hello.txt", "hello", "ciao"));
  const second = await crew.done("developer.implement", implementOf(briefOf(ciao)), "ticket.T-0001.9.0");
  expect(second).toMatchObject({ baseCommit: base, stats: { files: ["hello.txt"] } });
  expect(await inExchange(user, "rev-list", "--parents", "-1", second.commit)).toBe(
    `${second.commit} ${first.commit} ${base}`,
  );
  expect(await inExchange(user, "show", `${second.commit}:hello.txt`)).toBe("ciao");
});

const appending = 'engines: {command: [sh, -c, "cat >> log.txt; echo >> log.txt; cp log.txt hello.txt"]}\n';

test("an engine that goes on sees what it did before, and what came to the base since", async () => {
  await using scene = await begin({
    "dockfra.yaml": 'engines: {command: [sh, -c, "cat > /dev/null; echo once >> log.txt; ls >> seen.txt"]}\n',
  });
  const { user, crew } = scene;
  crew.start("developer");
  const first = await crew.done("developer.implement", implementOf(briefOf("Say bye.")));
  const base = await user.commit({ "own.txt": "own\n" });
  const second = await crew.done(
    "developer.implement",
    implementOf(briefOf("Say bye."), ["Again"]),
    "ticket.T-0001.9.0",
  );
  expect(second.baseCommit).toBe(base);
  expect(await inExchange(user, "rev-list", "--parents", "-1", second.commit)).toBe(
    `${second.commit} ${first.commit} ${base}`,
  );
  expect(await inExchange(user, "show", `${second.commit}:log.txt`)).toBe("once\nonce");
  expect(await inExchange(user, "show", `${second.commit}:seen.txt`)).toContain("own.txt");
  expect(second.stats.files).toEqual(["log.txt", "seen.txt"]);
});

test("what no longer fits the base is done anew from there", async () => {
  await using scene = await begin({ "dockfra.yaml": appending });
  const { user, crew } = scene;
  crew.start("developer");
  await crew.done("developer.implement", implementOf(briefOf("Say bye.")));
  const base = await user.commit({ "hello.txt": "somebody else's\n", "log.txt": "theirs\n" });
  const second = await crew.done(
    "developer.implement",
    implementOf(briefOf("Say bye."), ["Again"]),
    "ticket.T-0001.9.0",
  );
  expect(second.baseCommit).toBe(base);
  expect(await inExchange(user, "show", `${second.commit}:log.txt`)).toMatch(/^theirs\n\{"id":"T-0001"/);
});

test("a branch of the same name with somebody else's commits stops the ticket", async () => {
  await using scene = await begin();
  const { user, crew } = scene;
  await user.git("checkout", "--quiet", "-b", "dockfra/T-0001");
  await user.commit({ "mine.txt": "mine\n" });
  await user.git("checkout", "--quiet", "main");
  crew.start("developer");
  expect(await crew.failed("developer.implement", implementOf(briefOf(bye)))).toMatchObject({
    code: "branch_exists",
  });
});

test("a description of a megabyte is read whole", async () => {
  await using scene = await begin();
  const { crew } = scene;
  crew.start("developer");
  const description = await toText(
    crew.bus.client("operator"),
    `${"All work and no play. ".repeat(50_000)}\n\n${bye}`,
  );
  expect(description.artifact).toBeDefined();
  expect(await crew.done("developer.implement", implementOf({ ...briefOf(""), description }))).toMatchObject({
    stats: { files: ["hello.txt"] },
  });
});

test("a ticket keeps the base branch that it began on, whatever is checked out later", async () => {
  await using scene = await begin({});
  const { user, crew } = scene;
  crew.start("developer");
  const work = await crew.done("developer.implement", implementOf(briefOf(bye)));
  await user.git("checkout", "--quiet", "-b", "elsewhere");
  await user.commit({ "other.txt": "x\n" });
  user.repo.baseBranch = "elsewhere";
  const made = { ticket: "T-0001", repo: "project", branch: work.branch, commit: work.commit };
  const candidate = await crew.done("developer.candidate", made, "deploy.shop.2.0");
  expect(candidate).toMatchObject({ baseBranch: "main", baseCommit: work.baseCommit, commit: work.commit });
  expect(
    await crew.done("developer.merge", { ticket: "T-0001", candidate }, "ticket.T-0001.9.0"),
  ).toMatchObject({ baseBranch: "main" });
  expect(await inExchange(user, "for-each-ref", "--format=%(refname:short)")).toBe(
    "dockfra/T-0001\ndockfra/candidate/T-0001\nmain",
  );
});

test("a claim that another instance holds is dropped without a word", async () => {
  await using scene = await begin();
  const { user, crew } = scene;
  crew.claimRefused = conflict("claimed", "Another instance has it.");
  crew.start("developer");
  await crew.dispatch("developer.implement", implementOf(briefOf(bye)), "ticket.T-0001.4.0");
  await sleep(500);
  expect(crew.results).toEqual([]);
  await expect(access(user.exchange)).rejects.toThrow("ENOENT");
});

test("nothing is published when the lease is lost meanwhile", async () => {
  await using scene = await begin();
  const { user, crew } = scene;
  crew.leaseHeld = false;
  crew.start("developer");
  await crew.dispatch("developer.implement", implementOf(briefOf(bye)), "ticket.T-0001.4.0");
  while (!crew.feed.some((entry) => entry.code === "patch_applying")) await sleep(20);
  await sleep(500);
  expect(crew.results).toEqual([]);
  expect(await inExchange(user, "for-each-ref")).toBe("");
});

test("the operator's own engine works in the clone, with the ticket on its stdin and a bare environment", async () => {
  await using scene = await begin({});
  const { user, crew } = scene;
  const engine = join(user.top, "engine.sh");
  await writeFile(
    engine,
    '#!/bin/sh\ncat > ticket.json\nenv | cut -d= -f1 | sort > env.txt\nmkdir -p .git/hooks && printf "#!/bin/sh\\ntouch %s/ran\\n" "$0" > .git/hooks/pre-commit\ngit config core.fsmonitor "$0" 2>/dev/null\necho "Said bye."\n',
  );
  await chmod(engine, 0o755);
  await user.commit({ "dockfra.yaml": `engines: {command: {command: [${engine}], env: {MODE: careful}}}\n` });
  crew.start("developer");
  const work = await crew.done("developer.implement", implementOf(briefOf("Say bye."), ["The tests fail"]));
  expect(work).toMatchObject({ engine: "command", stats: { files: ["env.txt", "ticket.json"] } });
  expect(JSON.parse(await inExchange(user, "show", `${work.commit}:ticket.json`))).toMatchObject({
    id: "T-0001",
    description: "Say bye.",
    reasons: ["The tests fail"],
  });
  const names = (await inExchange(user, "show", `${work.commit}:env.txt`)).split("\n");
  expect(
    names.filter((name) => !["HOME", "LANG", "MODE", "PATH", "PWD", "OLDPWD", "SHLVL", "_"].includes(name)),
  ).toEqual([]);
  expect(crew.feed.find((entry) => entry.code === "work_committed")?.text).toBe("Said bye.");
});

test.each([
  ["fails", 'engines: {command: [sh, -c, "echo no idea >&2; exit 4"]}\n', "engine_failed", "no idea"],
  [
    "hangs",
    'engines: {command: {command: [sh, -c, "echo thinking; sleep 62"], timeout_s: 1}}\n',
    "engine_timeout",
    "thinking",
  ],
  ["is missing", "engines: {command: [no-such-engine]}\n", "engine_missing", "no-such-engine"],
  ["does nothing", 'engines: {command: ["true"]}\n', "empty_diff", "changed nothing"],
])("an engine that %s is an error that says why", async (_name, yaml, code, text) => {
  await using scene = await begin({ "dockfra.yaml": yaml });
  scene.crew.start("developer");
  const error = await scene.crew.failed("developer.implement", implementOf(briefOf("Say bye.")));
  expect(error.code).toBe(code);
  expect(error.message).toContain(text);
});
