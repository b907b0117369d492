import { DockfraError, notFound } from "../../bus/kernel/errors.ts";
import type { RoleCommandView } from "../../bus/messages/questions.ts";
import type { Role } from "../../bus/messages/principals.ts";
import type { z } from "zod";
import { optionsOf, parseArguments, usageOf } from "./arguments.ts";
import type { CommandEntry, ParsedArguments, PersonPlace } from "./command.ts";
import { autopilotCommands } from "./commands/autopilot/entries.ts";
import { developerCommands } from "./commands/developer/entries.ts";
import { managerCommands } from "./commands/manager/entries.ts";
import { monitorCommands } from "./commands/monitor/entries.ts";
import type { Door } from "./door.ts";
import { reportFailure } from "./failure.ts";
import { findProjectCommand, listProjectCommands } from "./project-commands.ts";
import { createScreen, type Output, type Screen } from "../../terminal/screen.ts";
import { alignRows } from "../../terminal/table.ts";

/** The commands of each role's shell, in the order in which help shows them. */
export const roleCommands: Readonly<Record<Role, Readonly<Record<string, CommandEntry>>>> = {
  manager: managerCommands,
  developer: developerCommands,
  monitor: monitorCommands,
  autopilot: autopilotCommands,
};

/** What a role's shell offers: its own commands, then those of the project's role folders. */
export async function listCommands(
  role: Role,
  projectDir?: string,
): Promise<z.infer<typeof RoleCommandView>[]> {
  const own = Object.entries(roleCommands[role]).map(([name, entry]) => ({
    name,
    summary: entry.summary,
    usage: usageOf(entry),
    source: "built_in" as const,
  }));
  const project = projectDir === undefined ? [] : await listProjectCommands(projectDir);
  return [
    ...own,
    ...project
      .filter(({ name }) => !Object.hasOwn(roleCommands[role], name))
      .map(({ name, summary, usage }) => ({ name, summary, usage, source: "project" as const })),
  ];
}

export interface RunCommandOptions {
  readonly door: Door;
  readonly out: Output;
  readonly err: Output;
  readonly signal: AbortSignal;
  /** Whose shell it is; without it, what needs a home or starts programs is refused. */
  readonly person?: PersonPlace;
  /** Where the project's own commands of this role are; without it there are none. */
  readonly projectDir?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Finds a command: the role's own, or another role's, which the broker then refuses where the role may not. */
function findCommand(role: Role, name: string): CommandEntry | undefined {
  const tables = [roleCommands[role], ...Object.values(roleCommands)];
  const table = tables.find((candidate) => Object.hasOwn(candidate, name));
  return table?.[name];
}

/** Runs one command to its end and gives its exit code; never throws, a failure is a sentence or `{ok: false, error}`. */
export async function runCommand(
  role: Role,
  name: string,
  args: readonly string[],
  options: RunCommandOptions,
): Promise<number> {
  const { door, out, err, signal, person, env } = options;
  const screenOf = (json: boolean): Screen => createScreen({ json, out, err, ...(env ? { env } : {}) });
  let screen = screenOf(args.includes("--json"));
  try {
    const entry = findCommand(role, name);
    if (!entry) return await runOfProject(role, name, args, options);
    const given: ParsedArguments = parseArguments(name, entry, args);
    screen = screenOf(given.json);
    if (given.help) {
      if (given.json) screen.data({ ok: true, ...describe(name, entry) });
      else for (const line of helpOf(name, entry)) screen.line(line);
      return 0;
    }
    const run = await entry.load();
    return (await run({ role, door, screen, signal, ...(person ? { person } : {}) }, given)) ?? 0;
  } catch (error) {
    const exitCode = reportFailure(error, name, role, screen);
    if (!(error instanceof DockfraError) && error instanceof Error && env?.["DOCKFRA_LOG"] === "debug")
      screen.note(error.stack ?? "");
    return exitCode;
  }
}

async function runOfProject(
  role: Role,
  name: string,
  args: readonly string[],
  { projectDir, person, out, err, signal }: RunCommandOptions,
): Promise<number> {
  const command = projectDir === undefined ? undefined : await findProjectCommand(projectDir, name);
  if (!command)
    throw notFound("shell_command_unknown", `The ${role}'s shell has no command "${name}". Run: commands`, {
      params: { role, command: name },
    });
  const { runProjectCommand } = await import("./project-run.ts");
  return runProjectCommand(command, args, { out, err, signal, ...(person ? { person } : {}) });
}

function describe(name: string, entry: CommandEntry): object {
  return {
    command: name,
    summary: entry.summary,
    usage: `${name} ${usageOf(entry)}`,
    options: Object.entries(optionsOf(entry)).map(([option, { value, about }]) => ({
      option: `--${option}`,
      ...(value === undefined ? {} : { value }),
      about,
    })),
  };
}

function helpOf(name: string, entry: CommandEntry): string[] {
  const rows = Object.entries(optionsOf(entry)).map(([option, { value, repeats, about }]) => [
    `  --${option}${value === undefined ? "" : ` ${value}`}`,
    repeats === true ? `${about}; repeatable` : about,
  ]);
  return [`Usage: ${name} ${usageOf(entry)}`, "", entry.summary, "", "Options:", ...alignRows(rows)];
}
