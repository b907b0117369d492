import { Option, type Command } from "commander";
import { attach } from "../invocation.ts";

/** The project itself: `discover`, `stacks`, `preflight`, `schema`, `env …`, `git-init`, `stack …`. */
export function addProjectCommands(program: Command): void {
  attach(
    program.command("discover").description("the stacks at and below the root, with services and variables"),
    async () => (await import("../project/discover.ts")).discover,
  );
  attach(
    program.command("stacks").description("every stack with its state, also what runs from elsewhere"),
    async () => (await import("../stacks/stacks.ts")).listStacks,
  );
  attach(
    program
      .command("preflight")
      .argument("[stack...]", "which; default: all")
      .description("what stands in the way of a launch, before anything is started")
      .addOption(
        new Option("--environment <name>", "which Compose files count").choices(["local", "production"]),
      ),
    async () => (await import("../stacks/preflight.ts")).preflight,
  );
  attach(
    program.command("schema").description("the JSON Schema of dockfra.yaml, for editors"),
    async () => (await import("../project/schema.ts")).printSchema,
  );
  const env = program.command("env").description("variables of the project's stacks");
  attach(
    env
      .command("list", { isDefault: true })
      .description("every variable, its value and where that comes from"),
    async () => (await import("../project/env.ts")).listVariables,
  );
  attach(
    env.command("get").description("the value of one variable").argument("<name>"),
    async () => (await import("../project/env.ts")).getVariable,
  );
  attach(
    env
      .command("set")
      .description("set one variable in dockfra/.env")
      .argument("<name>")
      .argument("<value>", "the value, or - for stdin"),
    async () => (await import("../project/env.ts")).setVariable,
  );
  attach(
    env
      .command("suggest")
      .description("what this machine and this project have for a variable, and where that comes from")
      .argument("<name>")
      .option("--set <number>", "take this one")
      .option("--show", "show secrets too"),
    async () => (await import("../stacks/env-suggest.ts")).suggest,
  );
  attach(
    env
      .command("fill")
      .description("ask for every required value that is missing, with suggestions")
      .option("--yes", "take the first suggestion of each"),
    async () => (await import("../stacks/env-fill.ts")).fill,
  );
  attach(
    program
      .command("git-init")
      .description("make a git repository of a project that has none, with one first commit"),
    async () => (await import("../project/git-init.ts")).gitInit,
  );
  const stack = program.command("stack").description("stacks that the crew runs");
  attach(
    stack.command("status").description("what runs").argument("[name]", "one stack"),
    async () => (await import("../project/stack.ts")).stackStatus,
  );
  attach(
    stack.command("stop").description("stop a stack that the crew started").argument("<name>", "the stack"),
    async () => (await import("../project/stack.ts")).stackStop,
  );
}
