import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { findSimilarName } from "../bus/kernel/similar-names.ts";
import { addExamples } from "./command-examples.ts";
import { addAccessCommands } from "./commands/access.ts";
import { addBusCommands } from "./commands/bus.ts";
import { addContainerCommands } from "./commands/containers.ts";
import { addDeviceCommands } from "./commands/devices.ts";
import { addJobCommands } from "./commands/jobs.ts";
import { addDiagnoseCommands } from "./commands/diagnose.ts";
import { addPartCommands } from "./commands/parts.ts";
import { addPreviewCommands } from "./commands/previews.ts";
import { addProjectCommands } from "./commands/project.ts";
import { addRunCommands } from "./commands/run.ts";
import { addSshCommands } from "./commands/ssh.ts";
import { addTicketCommands } from "./commands/ticket.ts";
import { groupCommands } from "./command-groups.ts";
import { markRemoteCommand } from "./ssh/pass-through.ts";

/** Makes the whole command line; nothing that a command needs is loaded before it is run. */
export function createProgram({ json = false } = {}): Command {
  const version = readVersion();
  const program = new Command("dockfra")
    .description("Takes a Docker Compose project from ticket to verified deploy, with a crew of four roles.")
    .addOption(
      new Option("--root <dir>", "the project's directory (default: the current one, or DOCKFRA_ROOT)"),
    )
    .addOption(
      new Option("--prefix <name>", "name of this installation (default: dockfra, or DOCKFRA_PREFIX)"),
    )
    .addOption(new Option("--json", "answer in JSON, one line on stdout"))
    .helpOption("-h, --help", "show help")
    .version(
      json ? JSON.stringify({ ok: true, version, node: process.version }) : `dockfra ${version}`,
      "-V, --version",
      "show the version",
    )
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false });
  addRunCommands(program);
  addTicketCommands(program);
  addPreviewCommands(program);
  addProjectCommands(program);
  addJobCommands(program);
  addContainerCommands(program);
  addDiagnoseCommands(program);
  addDeviceCommands(program);
  addSshCommands(program);
  addAccessCommands(program);
  addBusCommands(program);
  addPartCommands(program);
  groupCommands(program);
  addExamples(program);
  for (const command of allCommands(program))
    command.copyInheritedSettings(program).exitOverride().allowExcessArguments(false);
  return program;
}

/** Runs the command line; the exit code is in `process.exitCode` at the end. */
export async function runProgram(typed: readonly string[]): Promise<void> {
  const argv = markRemoteCommand(typed);
  const ours = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  const json = ours.includes("--json");
  const program = createProgram({ json });
  for (const command of allCommands(program)) command.configureOutput({ writeErr: () => undefined });
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = await reportUsage(error, {
      ...{ argv, json, help: `${pathOf(program, argv)} --help` },
      commands: program.commands.map((command) => command.name()),
    });
  }
}

function readVersion(): string {
  const file = join(import.meta.dirname, "..", "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** The command that was meant, as far as it is one: `dockfra bus`. */
function pathOf(program: Command, argv: readonly string[]): string {
  const path = [program.name()];
  let at = program;
  for (const word of argv) {
    const next = at.commands.find((command) => command.name() === word);
    if (next === undefined) continue;
    path.push(next.name());
    at = next;
  }
  return path.join(" ");
}

interface Usage {
  /** Names of the commands that stand alone. */
  readonly commands: readonly string[];
  readonly argv: readonly string[];
  readonly json: boolean;
  readonly help: string;
}

async function reportUsage(error: CommanderError, { argv, json, help, commands }: Usage): Promise<number> {
  if (error.exitCode === 0) return 0;
  const { invalidInput } = await import("../bus/kernel/errors.ts");
  const { reportFailure } = await import("./terminal/failure.ts");
  const { createScreen } = await import("../terminal/screen.ts");
  const why = explain(error, argv, commands);
  return reportFailure(
    invalidInput("usage", `${why}. See ${help}.`, { params: { why, help } }),
    createScreen({ json }),
  );
}

/** A word that is no command reaches the default command as an argument too many. */
function explain(error: CommanderError, argv: readonly string[], commands: readonly string[]): string {
  const stray = /for 'up'.* got \d+: ([^,]+)/.exec(error.message)?.[1]?.replace(/\.$/, "");
  if (error.code === "commander.excessArguments" && stray !== undefined && !argv.includes("up"))
    return withProposal(`There is no command "${stray}"`, findSimilarName(stray, commands));
  if (error.code === "commander.help") return "A command is missing";
  const [said = "", proposal] = error.message.replace(/^error: /, "").split(/\n\(Did you mean (.*?)\?\)/);
  return withProposal(said.charAt(0).toUpperCase() + said.slice(1).replace(/\.$/, ""), proposal);
}

function withProposal(fact: string, proposal: string | undefined): string {
  return proposal === undefined ? fact : `${fact}, but there is ${proposal.replace(/^one of /, "")}`;
}

/** Every command with its subcommands, the program first. */
export function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
