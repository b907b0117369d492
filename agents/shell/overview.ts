import type { Role } from "../../bus/messages/principals.ts";
import { listCommands } from "./registry.ts";
import { createScreen, type Screen } from "../../terminal/screen.ts";
import { alignRows } from "../../terminal/table.ts";

export interface OverviewOptions {
  readonly role: Role;
  readonly projectDir: string;
  readonly json: boolean;
}

/** Shows the commands of a role's shell, with a sentence each. */
export async function showCommands({ role, projectDir, json }: OverviewOptions): Promise<number> {
  const screen = createScreen({ json, out: process.stdout, err: process.stderr });
  if (json) screen.data({ ok: true, role, commands: await listCommands(role, projectDir) });
  else for (const line of await overviewLines(screen, role, projectDir)) screen.line(line);
  return 0;
}

/** The commands as lines; those of the project come under a heading of their own. */
export async function overviewLines(screen: Screen, role: Role, projectDir: string): Promise<string[]> {
  const commands = await listCommands(role, projectDir);
  const rowsOf = (source: (typeof commands)[number]["source"]): string[] =>
    alignRows(
      commands
        .filter((command) => command.source === source)
        .map(({ name, summary }) => [`  ${screen.paint("bold", name)}`, summary]),
    );
  const project = rowsOf("project");
  return [
    "Commands (each has --help and --json):",
    ...rowsOf("built_in"),
    ...(project.length === 0 ? [] : ["The project's own:", ...project]),
  ];
}
