import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createShellHouse } from "./shell-house.ts";

test("a manager hands tickets in, lists and shows them", async () => {
  await using house = await createShellHouse(undefined, { without: ["developer", "autopilot"] });
  const created = await house.shell("manager", "ticket-create", [
    "Fix",
    "the",
    "total",
    "--priority",
    "high",
    "--check",
    "GET / -> 200",
  ]);
  expect(created).toMatchObject({ exitCode: 0, err: "" });
  expect(created.out).toBe("T-0001 created: Fix the total\nSee it with: ticket-show T-0001\n");
  await writeFile(join(house.home, "wanted.md"), "# From a file\n\nIn full.\n");
  const fromFile = await house.shell("manager", "ticket-create", ["--file", "wanted.md", "--json"]);
  expect(JSON.parse(fromFile.out)).toMatchObject({ ok: true, id: "T-0002", version: 1 });
  const long = await house.shell("manager", "ticket-create", ["Long", "--description", "-"], {
    stdin: "x".repeat(20_000),
  });
  expect(long.exitCode).toBe(0);

  const list = await house.shell("manager", "ticket-list", ["--priority", "high"]);
  expect(list.out).toMatch(/^T-0001 {2}open +high +just now +Fix the total\n$/);
  expect(JSON.parse((await house.shell("manager", "ticket-list", ["--json"])).out)).toMatchObject({
    ok: true,
    total: 3,
  });
  const shown = await house.shell("manager", "ticket-show", ["3"]);
  expect(shown.out).toContain("T-0003  Long  open");
  expect(shown.out).toContain("--json has more");
  expect((await house.shell("manager", "ticket-show", ["1"])).out).toContain("GET / -> 200");
  expect(await house.shell("manager", "ticket-create", [])).toMatchObject({ exitCode: 2 });
  expect(await house.shell("manager", "ticket-create", ["x".repeat(301)])).toMatchObject({ exitCode: 2 });
  expect(await house.shell("manager", "ticket-create", ["--file", "none.md"])).toMatchObject({ exitCode: 3 });
  expect(await house.shell("manager", "ticket-show", ["9"])).toMatchObject({ exitCode: 3 });
  expect((await house.shell("manager", "status")).out).toContain("3 open");
});

test("what the table forbids is refused by the broker, in one sentence", async () => {
  await using house = await createShellHouse();
  for (const [role, name, args] of [
    ["developer", "ticket-create", ["Mine"]],
    ["monitor", "ticket-create", ["Mine"]],
    ["developer", "config-developer", ["--model", "mine"]],
    ["autopilot", "config-autopilot", ["--model", "mine"]],
  ] as const) {
    const refused = await house.shell(role, name, args);
    expect(refused).toMatchObject({ exitCode: 5, out: "" });
    expect(refused.err).toBe(`${name}: The ${role} may not do this: the bus refuses it to this role.\n`);
    const json = await house.shell(role, name, [...args, "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, error: { code: "not_allowed", kind: "denied" } });
  }
  expect((await house.operator.ask("ticket.list", {})).total).toBe(0);
});

test("settings are shown and set by the manager", async () => {
  await using house = await createShellHouse();
  expect((await house.shell("manager", "config-developer", ["--model", "small/one"])).out).toBe(
    "developer  model small/one\n",
  );
  expect((await house.shell("manager", "config-show")).out).toContain("developer  model small/one");
  expect((await house.shell("manager", "config-developer", ["--model", ""])).out).toBe(
    "developer  model default\n",
  );
  expect((await house.shell("manager", "config-monitor", ["--json"])).out).toBe(
    '{"ok":true,"role":"monitor"}\n',
  );
});

test("a paused autopilot lets everything wait, says why, and goes on after", async () => {
  await using house = await createShellHouse({ "hello.txt": "hello\n" }, { without: ["developer"] });
  expect((await house.shell("autopilot", "pilot-pause", ["lunch", "break"])).exitCode).toBe(0);
  const { id } = await house.operator.ask("ticket.create", { title: "Say more" });
  for (let tries = 0; tries < 200 && !house.feed.some(({ code }) => code === "autopilot_wait"); tries++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await house.operator.ask("ticket.show", { id })).state).toBe("open");
  const status = await house.shell("autopilot", "pilot-status");
  expect(status.out).toContain("paused");
  expect(status.out).toContain("lunch break");
  expect(status.out).toContain(id);
  const log = await house.shell("autopilot", "pilot-log");
  expect(log.out).toContain("the autopilot is paused (lunch break)");
  const round = await house.shell("autopilot", "pilot-run", ["--json"]);
  expect(JSON.parse(round.out)).toMatchObject({ begun: [], waiting: [{ ticket: id }] });
  // a restart changes nothing
  house.start("autopilot");
  expect(JSON.parse((await house.shell("autopilot", "pilot-status", ["--json"])).out)).toMatchObject({
    paused: true,
  });
  expect((await house.shell("autopilot", "pilot-resume")).exitCode).toBe(0);
  expect((await house.shell("autopilot", "pilot-run")).out).toBe(`Begun: ${id}\n`);
  await house.until(id, "assigned");
  expect((await house.shell("autopilot", "create-from-plan")).err).toContain("No plan is kept");
});

test("without a model, what needs one says what to add", async () => {
  await using house = await createShellHouse();
  for (const [role, name] of [
    ["manager", "ask"],
    ["developer", "ask"],
    ["manager", "plan"],
    ["autopilot", "pilot-plan"],
  ] as const) {
    const refused = await house.shell(role, name, ["what now"]);
    expect(refused.exitCode).toBe(2);
    expect(refused.err).toContain("No language model is configured");
  }
  for (const name of ["ticket-push", "ticket-pull"]) {
    const refused = await house.shell("manager", name, []);
    expect(refused.exitCode).toBe(4);
    expect(refused.err).toContain("No GitHub repository is connected");
  }
});

test("tests, engines, services and reviews as the developer asks for them", async () => {
  await using house = await createShellHouse({
    "hello.txt": "hello\n",
    "dockfra.yaml":
      "test: [sh, -c, 'echo ran; grep -q hello hello.txt']\nengines: { command: { command: [sh, -c, 'echo bye > hello.txt'] } }\n",
  });
  const green = await house.shell("developer", "test-local");
  expect(green).toMatchObject({ exitCode: 0 });
  expect(green.out).toContain("ran");
  expect(green.out).toContain("The tests pass at");
  const engines = JSON.parse((await house.shell("developer", "engine-test", ["--json"])).out) as {
    engines: object[];
  };
  expect(engines.engines).toEqual([
    expect.objectContaining({ name: "patch", usable: true }),
    expect.objectContaining({ name: "command", usable: true, why: "runs sh" }),
    expect.objectContaining({ name: "built_in", usable: false }),
  ]);
  expect((await house.shell("developer", "check-services")).out).toContain("● orchestrator");
  const { id } = await house.operator.ask("ticket.create", { title: "Say bye" });
  await house.until(id, "blocked", "rework", "approving");
  const red = await house.shell("developer", "test-local", [id, "--json"]);
  expect(red.exitCode).toBe(4);
  expect(JSON.parse(red.out)).toMatchObject({ ok: false, repo: "project", tests: { passed: false } });
  const review = await house.shell("developer", "review", [id]);
  expect(review.out).toContain("+bye");
  expect(review.exitCode).toBe(4);
  expect((await house.shell("developer", "review", [id, "--json"])).out).toContain('"verdict":"rework"');
  expect(await house.shell("developer", "aider-start")).toMatchObject({ exitCode: 3 });
});

test("engine-implement adds an engine's commit to what a person has by hand; implement gives it to the agent", async () => {
  await using house = await createShellHouse(
    {
      "hello.txt": "hello\n",
      "dockfra.yaml": "engines: { command: { command: [sh, -c, 'echo more >> hello.txt'] } }\n",
    },
    { without: ["autopilot"] },
  );
  const { id } = await house.operator.ask("ticket.create", { title: "Say more" });
  expect(await house.shell("developer", "engine-implement", [id])).toMatchObject({ exitCode: 2 });
  await house.shell("developer", "ticket-work", [id]);
  const made = await house.shell("developer", "engine-implement", [id, "--engine", "command"]);
  expect(made).toMatchObject({ exitCode: 0 });
  expect(made.out).toContain("command made");
  expect(await house.shell("developer", "engine-implement", [id, "--engine", "none"])).toMatchObject({
    exitCode: 2,
  });
  const denied = await house.shell("developer", "implement", [id]);
  expect(denied).toMatchObject({ exitCode: 5 });
  house.start("autopilot");
  await house.operator.ask("ticket.assign", { id });
  const done = await house.shell("developer", "implement", [id]);
  expect(done).toMatchObject({ exitCode: 0 });
});

test("commands that need a person's files are refused where the agent runs them for the page", async () => {
  await using house = await createShellHouse(undefined, { without: ["autopilot"] });
  const { id } = await house.operator.ask("ticket.create", { title: "Say more" });
  const refused = await house.shell("developer", "ticket-work", [id], { noPerson: true });
  expect(refused).toMatchObject({ exitCode: 5 });
  expect(refused.err).toContain("runs in the role's shell only");
  expect((await house.shell("developer", "my-tickets", [], { noPerson: true })).out).toBe(
    "No ticket waits for this role.\n",
  );
});

test("the project's own commands run as the person, through their interpreter, and keep their exit code", async () => {
  await using house = await createShellHouse();
  const projectDir = join(house.user.top, "project-commands");
  await mkdir(join(projectDir, "0/scripts"), { recursive: true });
  await writeFile(
    join(projectDir, "0/scripts/greet"),
    '#!/bin/sh\necho "hello $1 from $DOCKFRA_ROLE_FOLDER"\nexit 7\n',
    { mode: 0o600 },
  );
  await writeFile(join(projectDir, "0/Makefile"), "lint:\n\t@echo linted $(WHAT)\n");
  await writeFile(
    join(projectDir, "commands.json"),
    JSON.stringify([
      {
        name: "greet",
        summary: "greets",
        usage: "[argument...]",
        kind: "script",
        folder: "0",
        entry: "scripts/greet",
      },
      { name: "lint", summary: "lints", usage: "", kind: "make", folder: "0", entry: "lint" },
      { name: "evil", summary: "steps out", usage: "", kind: "script", folder: "../..", entry: "x" },
      { name: "-rf", summary: "an option", usage: "", kind: "script", folder: "0", entry: "x" },
    ]),
  );
  const greeted = await house.shell("developer", "greet", ["Ada; rm -rf /"], { projectDir });
  expect(greeted).toMatchObject({ exitCode: 7, out: `hello Ada; rm -rf / from ${join(projectDir, "0")}\n` });
  expect((await house.shell("developer", "lint", ["WHAT=all"], { projectDir })).out).toBe("linted all\n");
  expect(await house.shell("developer", "evil", [], { projectDir })).toMatchObject({ exitCode: 3 });
  expect(await house.shell("developer", "greet", [], { projectDir, noPerson: true })).toMatchObject({
    exitCode: 5,
  });
});
