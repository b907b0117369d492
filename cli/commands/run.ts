import { Option, type Command } from "commander";
import { attach } from "../invocation.ts";
import { withGateway } from "./parts.ts";
import { parseCount, parseEnvironment, parsePort, parseSeconds } from "./values.ts";

/** Starting, stopping and watching: `up`, `down`, `status`, `log`, `demo`. */
export function addRunCommands(program: Command): void {
  attach(
    withGateway(
      program
        .command("up", { isDefault: true })
        .description("start everything for a project, and follow it until Ctrl-C"),
    )
      .option("--nats-port <port>", "TCP port of the bus on 127.0.0.1 (default: a free one)", parsePort)
      .addOption(
        new Option(
          "--runtime <runtime>",
          "how the roles run: docker where an engine answers, else process (default: auto, or DOCKFRA_RUNTIME)",
        ).choices(["auto", "process", "docker"]),
      )
      .option("--free-ports", "take the next free port where one of the containers' is taken, and keep it")
      .addOption(
        new Option(
          "--environment <name>",
          "ENVIRONMENT of the project's stacks, kept in dockfra/.env",
        ).argParser(parseEnvironment),
      )
      .option("--open", "show the page in a browser where there is one")
      .option("--detach", "return as soon as everything is ready")
      .option("--yes-git-init", "make a git repository where the project has none")
      .option("--servers <url>", "use this NATS server or cluster instead of an own one")
      .option("--creds <dir>", "credentials for --servers, one per principal"),
    async () => (await import("../supervisor/up.ts")).up,
  );
  attach(
    program
      .command("down")
      .description("stop everything that `up` started; what was answered stays")
      .option("--stacks", "stop the project's running stacks too")
      .option("--purge", "remove Dockfra's state, volumes and images too, after asking")
      .option("--yes", "do not ask"),
    async () => (await import("../supervisor/down.ts")).down,
  );
  attach(
    program.command("status").description("what runs here, and how it is"),
    async () => (await import("../project/status.ts")).status,
  );
  attach(
    program
      .command("log")
      .description("what happened lately")
      .option("--follow", "go on with what happens now")
      .option("--limit <n>", "how many entries", parseCount, 50),
    async () => (await import("../project/log.ts")).log,
  );
  attach(
    program
      .command("demo")
      .description("three tickets on a copy of a sample shop, from text to a verified deploy")
      .option("--dir <dir>", "work folder of the copy (default: a new one among the temporary files)")
      .option("--timeout <seconds>", "how long one ticket may take", parseSeconds, 90)
      .addOption(
        new Option("--runtime <runtime>", "how the roles run; docker builds their images first")
          .choices(["auto", "process", "docker"])
          .default("process"),
      ),
    async () => (await import("../demo/demo.ts")).demo,
  );
}
