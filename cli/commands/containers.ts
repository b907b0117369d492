import type { Command } from "commander";
import { attach } from "../invocation.ts";
import { parseCount } from "./values.ts";

/** What runs for a project and how it is set up: `ps`, `logs`, `stop`, `clone-app`, `setup`. */
export function addContainerCommands(program: Command): void {
  attach(
    program.command("ps").description("processes and containers of this installation, with ports and health"),
    async () => (await import("../containers/ps.ts")).ps,
  );
  attach(
    program
      .command("logs")
      .argument("[part]", "orchestrator, gateway, nats, supervisor, or a role; default: all")
      .description("what the parts wrote, each line with its part")
      .option("--follow", "go on with what they write now")
      .option("--limit <n>", "how many lines of each", parseCount, 50),
    async () => (await import("../containers/logs.ts")).logs,
  );
  attach(
    program.command("stop").description("stop everything, and leave the roles' containers for the next `up`"),
    async () => (await import("../containers/stop.ts")).stop,
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
