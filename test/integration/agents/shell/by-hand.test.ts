import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { createDeployFlow } from "../../../../workflows/deploy/flow.ts";
import { createRegistry } from "../../../../workflows/registry.ts";
import { createTicketFlow } from "../../../../workflows/ticket/flow.ts";
import { defaultTicketTimeouts } from "../../../../workflows/ticket/policy.ts";
import { createShellHouse, type ShellHouse } from "./shell-house.ts";

const patch = [
  "Say more.",
  "",
  "```diff",
  "--- a/hello.txt",
  "+++ b/hello.txt",
  "@@ -1 +1 @@",
  "-hello",
  "+hello from the agent",
  "```",
].join("\n");

async function createTicket(house: ShellHouse, description = ""): Promise<string> {
  const { id } = await house.operator.ask("ticket.create", {
    title: "Say more",
    ...(description === "" ? {} : { description: { head: description } }),
  });
  return id;
}

const workDir = (house: ShellHouse, id: string): string => join(house.home, "work", id);

test("a person takes a ticket before the agent, works on it and sends it to its review", async () => {
  await using house = await createShellHouse(
    { "hello.txt": "hello\n", "dockfra.yaml": "test: [grep, -q, more, hello.txt]\n" },
    { without: ["autopilot"] },
  );
  const id = await createTicket(house);
  const took = await house.shell("developer", "ticket-work", ["1"]);
  expect(took).toMatchObject({ exitCode: 0, err: "" });
  expect(took.out).toContain(`${id} is yours, on dockfra/${id}`);
  house.start("autopilot");
  await house.until(id, "implementing");

  const dir = workDir(house, id);
  await writeFile(join(dir, "hello.txt"), "hello and more\n");
  const early = await house.shell("developer", "ticket-done", [id]);
  expect(early).toMatchObject({ exitCode: 4 });
  expect(early.err).toContain(`Run: commit-push ${id}`);
  const pushed = await house.shell("developer", "commit-push", ["--message", "Say even more"], { cwd: dir });
  expect(pushed).toMatchObject({ exitCode: 0, err: "" });
  expect(pushed.out).toContain("1 file, +1 -1");

  const mine = await house.shell("developer", "my-tickets");
  expect(mine.out).toContain("by hand at developer-1");
  const done = await house.shell("developer", "ticket-done", [id]);
  expect(done).toMatchObject({ exitCode: 0 });
  expect(done.out).toContain("the tests pass");
  const waiting = await house.until(id, "approving");
  expect(waiting.work).toMatchObject({
    engine: "by-hand",
    stats: { files: ["hello.txt"] },
    tests: { passed: true },
  });
  const log = await house.user.git(
    "--git-dir",
    house.user.exchange,
    "log",
    "--format=%an|%s|%(trailers:key=Dockfra-Ticket,valueonly)",
    `dockfra/${id}`,
    "-1",
  );
  expect(log.trim()).toBe(`ada|Say even more|${id}`);
  expect(existsSync(join(house.user.stateDir, "developer/developer-1/by-hand", `${id}.json`))).toBe(false);
  expect(house.feed.map(({ code }) => code)).toEqual(
    expect.arrayContaining(["by_hand_taken", "by_hand_pushed", "by_hand_done"]),
  );
});

test("a ticket that the agent works on is taken from it in the middle, and given back", async () => {
  await using house = await createShellHouse({
    "hello.txt": "hello\n",
    "dockfra.yaml": "engines: { command: { command: [sh, -c, 'sleep 30'] } }\n",
  });
  const id = await createTicket(house);
  await house.until(id, "implementing");
  await sleep(700);
  const before = performance.now();
  const took = await house.shell("developer", "ticket-work", [id, "--json"]);
  expect(took.exitCode).toBe(0);
  expect(performance.now() - before).toBeLessThan(10_000);
  expect(JSON.parse(took.out)).toMatchObject({ ok: true, ticket: id, kept: false, dir: workDir(house, id) });
  expect(await readFile(join(workDir(house, id), "hello.txt"), "utf8")).toBe("hello\n");
  expect((await house.operator.ask("ticket.show", { id })).state).toBe("implementing");
  await writeFile(
    join(house.user.dir, "dockfra.yaml"),
    "engines: { command: { command: [sh, -c, 'echo agent > hello.txt'] } }\n",
  );
  const released = await house.shell("developer", "ticket-work", [id, "--release"]);
  expect(released.out).toContain("the agent's again");
  const ticket = await house.until(id, "approving");
  expect(ticket.work).toMatchObject({ engine: "command" });
});

test("an agent that ends in between still knows whose the ticket is, and a second developer keeps off", async () => {
  await using house = await createShellHouse(
    { "hello.txt": "hello\n" },
    { without: ["developer", "autopilot"] },
  );
  const first = house.start("developer", "dev-1");
  const id = await createTicket(house, patch);
  expect(await house.shell("developer", "ticket-work", [id])).toMatchObject({ exitCode: 0 });
  house.start("autopilot");
  await house.until(id, "implementing");
  await first.stop();
  const second = house.start("developer", "dev-2");
  const refused = await house.shell("developer", "ticket-work", [id], { door: second.door });
  expect(refused).toMatchObject({ exitCode: 4 });
  expect(refused.err).toContain("by hand at dev-1");
  await sleep(1_500);
  expect((await house.operator.ask("ticket.show", { id })).state).toBe("implementing");
  const again = house.start("developer", "dev-1");
  await writeFile(join(workDir(house, id), "hello.txt"), "hello by hand\n");
  expect(await house.shell("developer", "commit-push", [id], { door: again.door })).toMatchObject({
    exitCode: 0,
  });
  const done = await house.shell("developer", "ticket-done", [id], { door: again.door });
  expect(done).toMatchObject({ exitCode: 0 });
  const ticket = await house.until(id, "approving");
  expect(ticket.work?.engine).toBe("by-hand");
});

test("a person at one developer takes what the agent of another works on", async () => {
  await using house = await createShellHouse(
    {
      "hello.txt": "hello\n",
      "dockfra.yaml": "engines: { command: { command: [sh, -c, 'sleep 60; echo agent > hello.txt'] } }\n",
    },
    { without: ["developer"] },
  );
  house.start("developer", "dev-2");
  const id = await createTicket(house);
  await house.until(id, "implementing");
  const first = house.start("developer", "dev-1");
  const took = await house.shell("developer", "ticket-work", [id], { door: first.door });
  expect(took).toMatchObject({ exitCode: 0 });
  await writeFile(join(workDir(house, id), "hello.txt"), "hello by hand\n");
  expect(await house.shell("developer", "commit-push", [id], { door: first.door })).toMatchObject({
    exitCode: 0,
  });
  expect(await house.shell("developer", "ticket-done", [id], { door: first.door })).toMatchObject({
    exitCode: 0,
  });
  const ticket = await house.until(id, "approving");
  expect(ticket.work?.engine).toBe("by-hand");
  const { records } = await house.operator.ask("flow.history", { kind: "ticket", id });
  const claims = records.filter(({ event }) => event.type === "developer.implement.claimed");
  expect(claims.map(({ event }) => event["instance"])).toEqual(["dev-2", "dev-1"]);
});

test("a ticket whose time is up is blocked, and after a resume it is still the person's", async () => {
  const short = createTicketFlow({ ...defaultTicketTimeouts, implementTimeout: 3_000 });
  await using house = await createShellHouse(
    { "hello.txt": "hello\n" },
    { registry: createRegistry([short, createDeployFlow()]), without: ["autopilot"] },
  );
  const id = await createTicket(house, patch);
  expect(await house.shell("developer", "ticket-work", [id])).toMatchObject({ exitCode: 0 });
  await writeFile(join(workDir(house, id), "hello.txt"), "hello by hand\n");
  expect(await house.shell("developer", "commit-push", [id])).toMatchObject({ exitCode: 0 });
  house.start("autopilot");
  await house.until(id, "implementing");
  await house.until(id, "blocked");
  const late = await house.shell("developer", "ticket-done", [id]);
  expect(late).toMatchObject({ exitCode: 4 });
  expect(late.err).toContain("has to be resumed first");
  await house.operator.ask("ticket.resume", { id });
  expect(await house.shell("developer", "ticket-done", [id])).toMatchObject({ exitCode: 0 });
  expect((await house.until(id, "approving")).work?.engine).toBe("by-hand");
});

test("tests that fail keep the ticket with the person, unless it is sent anyway", async () => {
  await using house = await createShellHouse(
    { "hello.txt": "hello\n", "dockfra.yaml": "test: [grep, -q, never, hello.txt]\n" },
    { without: ["autopilot"] },
  );
  const id = await createTicket(house);
  await house.shell("developer", "ticket-work", [id]);
  house.start("autopilot");
  await writeFile(join(workDir(house, id), "hello.txt"), "hello by hand\n");
  await house.shell("developer", "commit-push", [id]);
  const red = await house.shell("developer", "ticket-done", [id, "--json"]);
  expect(red.exitCode).toBe(4);
  expect(JSON.parse(red.out)).toMatchObject({ ok: false, error: { code: "tests_failed" } });
  expect((await house.operator.ask("ticket.show", { id })).state).toBe("implementing");
  expect(await house.shell("developer", "ticket-done", [id, "--anyway"])).toMatchObject({ exitCode: 0 });
  await house.until(id, "rework", "blocked");
  const { records } = await house.operator.ask("flow.history", { kind: "ticket", id });
  expect(records.map(({ event }) => event.type)).toContain("developer.implement.done");
});

test("what is not to be worked on is refused with its state", async () => {
  await using house = await createShellHouse({ "hello.txt": "hello\n" }, { without: ["developer"] });
  const id = await createTicket(house);
  await house.until(id, "assigned");
  await house.operator.ask("ticket.cancel", { id });
  house.start("developer");
  const refused = await house.shell("developer", "ticket-work", [id, "--json"]);
  expect(refused.exitCode).toBe(4);
  expect(JSON.parse(refused.out)).toMatchObject({ ok: false, error: { code: "ticket_not_workable" } });
  expect(await house.shell("developer", "ticket-work", ["T-0999"])).toMatchObject({ exitCode: 3 });
  expect(await house.shell("developer", "ticket-work", ["../x"])).toMatchObject({ exitCode: 2 });
  expect(await house.shell("developer", "commit-push", [id])).toMatchObject({ exitCode: 3 });
  expect(await house.shell("developer", "ticket-done", [id])).toMatchObject({ exitCode: 4 });
  expect(await house.shell("developer", "ticket-work", [id, "--release"])).toMatchObject({ exitCode: 4 });
});

test("what comes over the door is checked: paths, links, foreign histories, moved branches", async () => {
  await using house = await createShellHouse({ "hello.txt": "hello\n" }, { without: ["autopilot"] });
  const id = await createTicket(house);
  expect(await house.shell("developer", "ticket-work", [id])).toMatchObject({ exitCode: 0, err: "" });
  const dir = workDir(house, id);
  const git = (...args: string[]) => execa("git", args, { cwd: dir, env: { HOME: house.home } });

  await writeFile(join(dir, "dockfra.yaml"), "test: [evil]\n");
  const steering = await house.shell("developer", "commit-push", [id]);
  expect(steering).toMatchObject({ exitCode: 2 });
  expect(steering.err).toContain("dockfra.yaml may not be changed by a ticket");
  await git("reset", "--quiet", "--hard", "dockfra/now");

  await execa("ln", ["-s", "/etc/passwd", join(dir, "link")]);
  expect((await house.shell("developer", "commit-push", [id])).err).toContain("symbolic link");
  await git("reset", "--quiet", "--hard", "dockfra/now");

  expect(await house.shell("developer", "commit-push", [id])).toMatchObject({ exitCode: 2 });

  const bogus = { ticket: id, commit: "1".repeat(40), bundle: Buffer.from("no bundle").toString("base64") };
  const { door } = house.start("developer");
  await expect(door.perform("commit-push", bogus)).rejects.toMatchObject({ code: "bundle_invalid" });

  // the branch goes on under the person's hands
  await writeFile(join(dir, "hello.txt"), "one\n");
  expect(await house.shell("developer", "commit-push", [id])).toMatchObject({ exitCode: 0 });
  const stale = join(house.user.top, "stale");
  await execa("git", ["clone", "--quiet", dir, stale]);
  await git("reset", "--quiet", "--hard", "HEAD~1");
  await writeFile(join(dir, "hello.txt"), "two\n");
  await git("update-ref", "refs/heads/dockfra/now", "HEAD");
  const moved = await house.shell("developer", "commit-push", [id]);
  expect(moved).toMatchObject({ exitCode: 4 });
  expect(moved.err).toContain("went on meanwhile");
});
