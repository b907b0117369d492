import { Argument, type Command } from "commander";
import { attach } from "../invocation.ts";

/** Parts that run alone, against a NATS server or cluster of yours. */
export function addPartCommands(program: Command): void {
  attach(
    withServers(
      program.command("orchestrator").description("run one orchestrator alone; several share the work"),
    ),
    async () => (await import("../supervisor/run-part.ts")).runOrchestratorPart,
  );
  attach(
    withServers(
      program
        .command("agent")
        .description("run one role alone; several developers share the work")
        .addArgument(
          new Argument("<role>", "which role").choices(["manager", "developer", "monitor", "autopilot"]),
        ),
    ),
    async () => (await import("../supervisor/run-part.ts")).runAgentPart,
  );
  attach(
    withServers(
      program.command("host").description("run the host part alone: it reads the project for the roles"),
    ),
    async () => (await import("../supervisor/run-part.ts")).runHostPart,
  );
}

function withServers(command: Command): Command {
  return command
    .option("--servers <url>", "the NATS server or cluster, as nats://host:4222")
    .option("--creds <dir>", "its credentials, one per principal")
    .option(
      "--instance <name>",
      "name of this one among several; keeps its clones apart (default: part and host name)",
    );
}
