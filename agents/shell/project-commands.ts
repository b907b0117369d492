import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Name of the list of commands in the copy of a project's role folders; the host writes both. */
export const projectListName = "commands.json";

/** One command of a project's role folder, as the host found it. */
export interface ProjectCommand {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly kind: "script" | "make";
  /** The copied role folder, relative to the list. */
  readonly folder: string;
  /** A script's file in that folder, or a Makefile's target. */
  readonly entry: string;
}

const namePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const mostCommands = 200;

/** Whether a name can be a command's: nothing that could be an option, a path or a line. */
export function isCommandName(name: string): boolean {
  return namePattern.test(name);
}

/** The project's own commands of a role; none where the host has not written any. */
export async function listProjectCommands(projectDir: string): Promise<readonly ProjectCommand[]> {
  let text: string;
  try {
    text = await readFile(join(projectDir, projectListName), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EACCES"))
      return [];
    throw error;
  }
  const listed: unknown = JSON.parse(text);
  return Array.isArray(listed) ? listed.filter(isProjectCommand).slice(0, mostCommands) : [];
}

/** Finds one of them, with its place. */
export async function findProjectCommand(
  projectDir: string,
  name: string,
): Promise<(ProjectCommand & { readonly dir: string }) | undefined> {
  const found = (await listProjectCommands(projectDir)).find((command) => command.name === name);
  return found && { ...found, dir: join(projectDir, found.folder) };
}

function isProjectCommand(value: unknown): value is ProjectCommand {
  if (typeof value !== "object" || value === null) return false;
  const { name, summary, usage, kind, folder, entry } = value as Readonly<Record<string, unknown>>;
  return (
    typeof name === "string" &&
    isCommandName(name) &&
    typeof summary === "string" &&
    typeof usage === "string" &&
    (kind === "script" || kind === "make") &&
    isInside(folder) &&
    isInside(entry)
  );
}

/** A relative path without a step out. */
function isInside(path: unknown): path is string {
  return typeof path === "string" && !path.startsWith("/") && !path.split("/").includes("..");
}
