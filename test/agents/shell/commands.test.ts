import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseArguments, parseTicket, usageOf } from "../../../agents/shell/arguments.ts";
import { proposalsFor } from "../../../agents/shell/completion.ts";
import { motdLines } from "../../../agents/shell/motd.ts";
import { listCommands, roleCommands, runCommand } from "../../../agents/shell/registry.ts";
import { mayAndMayNot } from "../../../agents/shell/role-words.ts";
import { createScreen } from "../../../terminal/screen.ts";
import { RoleCommandView } from "../../../bus/messages/questions.ts";
import { roles, type Role } from "../../../bus/messages/principals.ts";
import type { Door } from "../../../agents/shell/door.ts";
import { unavailable } from "../../../bus/kernel/errors.ts";

const designed: Readonly<Record<Role, string>> = {
  developer:
    "my-tickets ticket-work ticket-done implement review ask test-local commit-push check-services engine-test engine-implement aider-start litellm-start",
  manager:
    "ticket-create ticket-list ticket-show ticket-push ticket-pull plan ask status config-show config-developer config-monitor config-autopilot ssh-to",
  monitor: "deploy rollback verify health-check service-status log-analyze ask status",
  autopilot: "pilot-status pilot-log pilot-run pilot-plan create-from-plan pilot-pause pilot-resume ssh-to",
};

const down = async (): Promise<never> => {
  throw unavailable("agent_down", "The agent of this role does not answer.");
};
const closedDoor: Door = { ask: down, question: down, watch: down, perform: down };

async function run(
  role: Role,
  name: string,
  args: readonly string[],
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const code = await runCommand(role, name, args, {
    door: closedDoor,
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
    signal: AbortSignal.timeout(5_000),
    person: { home: "/nonexistent", cwd: "/nonexistent", env: { PATH: "" }, readStdin: async () => "" },
  });
  return { code, out, err };
}

describe.each(roles)("the %s's commands", (role) => {
  test("are those of the design, each a valid view", async () => {
    const commands = await listCommands(role);
    expect(commands.map(({ name }) => name).toSorted()).toEqual(designed[role].split(" ").toSorted());
    for (const command of commands) expect(RoleCommandView.parse(command)).toEqual(command);
  });

  test.each(Object.keys(roleCommands[role]))(
    "%s has help in words and as JSON, without asking anybody",
    async (name) => {
      const words = await run(role, name, ["--help"]);
      expect(words).toMatchObject({ code: 0, err: "" });
      expect(words.out).toContain(`Usage: ${name}`);
      expect(words.out).toContain("--json");
      const json = await run(role, name, ["--help", "--json"]);
      expect(JSON.parse(json.out)).toMatchObject({
        ok: true,
        command: name,
        summary: roleCommands[role][name]?.summary,
      });
    },
  );

  test.each(Object.keys(roleCommands[role]))("%s says with --json why it cannot be done", async (name) => {
    const words =
      roleCommands[role][name]?.arguments?.map((word) => word.replace(/<ticket>|\[ticket\]/, "T-0001")) ?? [];
    const passesOn = roleCommands[role][name]?.passesOn === true;
    const { code, out } = await run(role, name, passesOn ? ["--json", ...words] : [...words, "--json"]);
    expect([2, 3, 5, 6]).toContain(code);
    if (passesOn) return;
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/\S/) as string },
    });
  });

  test("greets with rights, tickets and commands", async () => {
    let text = "";
    const output = { write: (more: string) => (text += more) };
    const screen = createScreen({ json: false, out: output, err: output, env: {} });
    const lines = await motdLines(screen, role, "/nonexistent", undefined);
    expect(lines.slice(0, 3)).toEqual([`You are the ${role} of Dockfra.`, ...mayAndMayNot(role)]);
    expect(lines.join("\n")).toContain("Tickets cannot be read now");
    for (const name of designed[role].split(" ")) expect(lines.join("\n")).toContain(name);
  });
});

test("what a role may is said from the capability table", () => {
  expect(mayAndMayNot("developer")).toEqual([
    "You may change code and run its tests.",
    "You may not create and manage tickets, approve them, set the roles' models, deploy, roll back and check stacks, or let tickets begin by rule.",
  ]);
  expect(mayAndMayNot("manager")).toContain("You may create and manage tickets, and set the roles' models.");
});

test.each([
  [["--limt", "3"], "Unknown option '--limt'"],
  [["--priority", "urgent"], "--priority is one of low, normal, high, critical"],
  [["--limit"], "argument missing"],
  [["too", "much"], '"too" is too much'],
])("ticket-list %j is refused by what is wrong", async (args, why) => {
  const { code, err } = await run("manager", "ticket-list", args);
  expect(code).toBe(2);
  expect(err).toContain(why);
  expect(err).toContain("See: ticket-list --help");
});

test("arguments of a program behind ours are passed on as they stand", () => {
  const entry = roleCommands.manager["ssh-to"];
  if (!entry) throw new Error("no ssh-to");
  const given = parseArguments("ssh-to", entry, ["developer", "ls", "--json", "-la"]);
  expect(given.words).toEqual(["developer", "ls", "--json", "-la"]);
  expect(usageOf(entry)).toBe("<role> [command...] [--json]");
});

test("a command that nobody has is named", async () => {
  expect(await run("manager", "rm", ["-rf"])).toMatchObject({ code: 3 });
  expect(await run("manager", "__proto__", [])).toMatchObject({ code: 3 });
  expect(await run("manager", "constructor", [])).toMatchObject({ code: 3 });
});

test.each([
  ["1", "T-0001"],
  ["t-12", "T-0012"],
  [" T-0003 ", "T-0003"],
])("%j is the ticket %s", (typed, id) => expect(parseTicket(typed)).toBe(id));

test.each(
  ["", "0", "T-", "1.5", "T-1 ", "../1", "T-00001", "9999999999"].filter((typed) => typed !== "T-1 "),
)("%j is no ticket, or is written as one is", (typed) => {
  if (typed === "T-00001") expect(parseTicket(typed)).toBe("T-0001");
  else expect(() => parseTicket(typed)).toThrow("no ticket's id");
});

describe("completion", () => {
  const ids = ["T-0001", "T-0002"];
  const door = (states: readonly string[]): Door & AsyncDisposable => ({
    ...closedDoor,
    ask: (async () => ({
      tickets: ids.map((id, index) => ({ id, state: states[index] })),
      total: 2,
    })) as unknown as Door["ask"],
    [Symbol.asyncDispose]: async () => undefined,
  });
  const options = {
    role: "manager" as const,
    projectDir: "/nonexistent",
    openDoor: async () => door(["open", "closed"]),
  };

  test.each([
    [["ticket-c"], ["ticket-create"]],
    [["ticket-list", "--st"], ["--state"]],
    [["ticket-list", "--priority", "h"], ["high"]],
    [["ticket-show", ""], ["T-0001"]],
    [["ticket-show", "T-0002"], []],
    [["ssh-to", "mo"], ["monitor"]],
    [["ticket-list", "x"], []],
    [["unknown", ""], []],
  ])("%j", async (words, proposals) => expect(await proposalsFor(words, options)).toEqual(proposals));

  test("a bus that is slow or down proposes no ticket, soon", async () => {
    expect(await proposalsFor(["ticket-show", ""], { ...options, openDoor: down })).toEqual([]);
    const never = (): Promise<never> => new Promise(() => undefined);
    const beforeMs = performance.now();
    expect(await proposalsFor(["ticket-show", ""], { ...options, openDoor: never, waitMs: 50 })).toEqual([]);
    expect(performance.now() - beforeMs).toBeLessThan(1_000);
  });
});

test("the manual's tables are the registry's", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/role-commands.md"), "utf8").replaceAll(
    / +\|/g,
    " |",
  );
  for (const commands of Object.values(roleCommands))
    for (const [name, entry] of Object.entries(commands))
      expect(page).toContain(`| \`${[name, ...(entry.arguments ?? [])].join(" ")}\` | ${entry.summary} |`);
});
