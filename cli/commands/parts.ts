import { Argument, Option, type Command } from "commander";
import { attach } from "../invocation.ts";
import { parsePortOrAny } from "./values.ts";

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
  attach(
    withGateway(
      withServers(program.command("gateway").description("run the gateway alone: the page and its API")),
    ),
    async () => (await import("../supervisor/run-part.ts")).runGatewayPart,
  );
}

/** Where the gateway listens, and whom it lets in. */
export function withGateway(command: Command): Command {
  return command
    .option(
      "--port <port>",
      "TCP port of the page on 127.0.0.1 and ::1; 0 for any (default: WIZARD_PORT, else 5050)",
      parsePortOrAny,
    )
    .addOption(
      new Option("--auth <mode>", "whether the page asks for a login; none works on loopback only").choices([
        "token",
        "none",
      ]),
    )
    .option("--listen <address>", "listen on this address too; needs --behind-proxy")
    .option("--behind-proxy <origin>", "the https origin of a proxy of yours, as https://dockfra.example");
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
