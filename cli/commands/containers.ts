import { Option, type Command } from "commander";
import { attach } from "../invocation.ts";
import { parseSince } from "../stacks/since.ts";
import { parseCount } from "./values.ts";

/** What runs for a project and how it is set up: `ps`, `logs`, `stats`, `stop`, `clone-app`, `setup`. */
export function addContainerCommands(program: Command): void {
  attach(
    program
      .command("ps")
      .description("processes and containers of this installation, and the services of the stacks")
      .option("--updates", "ask the registries for newer images first"),
    async () => (await import("../containers/ps.ts")).ps,
  );
  attach(
    program
      .command("logs")
      .argument(
        "[name]",
        "a stack, or a part: orchestrator, gateway, nats, supervisor, a role; default: all parts",
      )
      .argument("[services...]", "which services of the stack; default: all")
      .description("what a stack's services or the parts wrote, each line with its service or part")
      .option("--follow", "go on with what they write now")
      .option("--limit <n>", "how many lines of each part, or of the stack", parseCount, 50)
      .option("--search <text>", "only a stack's lines that hold this text, small and capital letters alike")
      .addOption(
        new Option("--level <level>", "only a stack's lines as bad as this").choices([
          "error",
          "warning",
          "info",
          "debug",
        ]),
      )
      .option("--since <when>", "a stack's lines since then: 10m, 2h, 2026-01-31T14:00", (value) =>
        parseSince(value),
      )
      .option("--download <file>", "write a stack's whole log, or that since a moment, into a new file"),
    async () => (await import("../stacks/logs.ts")).logs,
  );
  attach(
    program
      .command("stats")
      .argument("[stack]", "only this stack")
      .description("CPU, memory, network and restarts of the services that run")
      .option("--follow", "show them again every 2 s"),
    async () => (await import("../stacks/stats.ts")).stats,
  );
  attach(
    program
      .command("stop")
      .argument("[stack]", "stop only this stack; its data stays")
      .argument("[services...]", "which of its services; default: all")
      .description("stop everything, and leave the roles' containers for the next `up`"),
    async () => (await import("../stacks/services.ts")).stop,
  );
  attach(
    program
      .command("clone-app")
      .description("clone GIT_REPO_URL at GIT_BRANCH of dockfra/.env into the folder app"),
    async () => (await import("../containers/clone-app.ts")).cloneApp,
  );
  addSetupCommands(program.command("setup").description("say once what the crew needs to know"));
}

function addSetupCommands(setup: Command): void {
  const withGithub = (command: Command): Command =>
    command
      .option("--repo <owner/name>", "the repository on GitHub")
      .option("--token <token>", "its token, - reads it from stdin");
  const withLlm = (command: Command): Command =>
    command
      .option("--key <key>", "key of the model's service, - reads it from stdin")
      .option("--base-url <url>", "address of an OpenAI-compatible service (default: OpenRouter)")
      .option("--model <name>", "the model to ask");
  attach(
    withGithub(
      setup.command("github").description("the repository on GitHub, its token, and the deploy key to add"),
    ),
    async () => (await import("../setup/github.ts")).setupGithub,
  );
  attach(
    withLlm(setup.command("llm").description("the key of a language model, with a call that tries it")),
    async () => (await import("../setup/llm.ts")).setupLlm,
  );
  attach(
    setup.command("dev-tools").description("which tools and engines this machine has"),
    async () => (await import("../setup/dev-tools.ts")).setupDevTools,
  );
  attach(
    withLlm(withGithub(setup.command("all").description("all of these, one after the other"))),
    async () => (await import("../setup/all.ts")).setupAll,
  );
}
