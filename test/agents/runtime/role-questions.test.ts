import { afterEach, beforeEach, expect, it } from "vitest";
import { createLocalDoor } from "../../../agents/door/local.ts";
import { serveRoleQuestions } from "../../../agents/runtime/role-questions.ts";
import { createMemoryBus, type MemoryBus } from "../../../bus/memory/bus.ts";
import type { ClientBus } from "../../../bus/ports/bus.ts";

let memory: MemoryBus;
let life: AbortController;
let serving: Promise<void>;
let operator: ClientBus;

beforeEach(() => {
  memory = createMemoryBus();
  life = new AbortController();
  const bus = memory.worker("developer", "developer");
  const door = createLocalDoor({ bus, operations: {} }, life.signal);
  serving = serveRoleQuestions({ role: "developer", bus, door, hasContainer: false, signal: life.signal });
  operator = memory.client("operator");
});
afterEach(async () => {
  life.abort();
  await serving;
  await memory[Symbol.asyncDispose]();
});

const run = (command: string, ...args: string[]) => operator.question("developer.run", { command, args });

it("lists the commands that come with the role", async () => {
  await expect
    .poll(() => operator.question("developer.commands", {}).catch(() => undefined))
    .toMatchObject({
      commands: expect.arrayContaining([expect.objectContaining({ name: "my-tickets", source: "built_in" })]),
    });
});

it("runs a command of the role, and says what the role may not do", async () => {
  await expect
    .poll(() => run("my-tickets", "--help").catch(() => undefined))
    .toMatchObject({ exitCode: 0, cut: false });
  const refused = await run("ticket-create", "--json", "No");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.output).toContain("not_allowed");
});

it("runs nothing of the project's on this machine", async () => {
  await expect
    .poll(() => run("deploy-all", "--json").catch(() => undefined))
    .toMatchObject({
      exitCode: expect.any(Number),
      output: expect.stringContaining("shell_command_unknown"),
    });
});
