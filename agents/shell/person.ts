import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { execa } from "execa";
import { denied, notFound } from "../../bus/kernel/errors.ts";
import type { PersonPlace, ShellContext } from "./command.ts";

/** The person's place, for a command that needs a home and may start programs. @throws denied `shell_only` */
export function requirePerson(command: string, person: PersonPlace | undefined): PersonPlace {
  if (person) return person;
  throw denied(
    "shell_only",
    `"${command}" works in a person's own files, so it runs in the role's shell only. Log in: dockfra ssh <role>`,
    { params: { command } },
  );
}

/** Reads a file that a person names, or standard input for `-`. @throws `file_missing`, `shell_only` */
export async function readPersonsFile(
  command: string,
  { person }: Pick<ShellContext, "person">,
  path: string,
): Promise<string> {
  const { cwd, readStdin } = requirePerson(command, person);
  if (path === "-") return readStdin();
  try {
    return await readFile(resolve(cwd, path), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR"))
      throw notFound("file_missing", `There is no file ${path}. Name one that exists, or - for stdin.`, {
        params: { path },
      });
    throw error;
  }
}

/** Gives an argument's text, or all of standard input where it is `-`. */
export async function readWords(
  command: string,
  context: Pick<ShellContext, "person">,
  words: readonly string[],
): Promise<string> {
  const text = words.join(" ");
  return text === "-" ? readPersonsFile(command, context, "-") : text;
}

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs a program in the person's own terminal until it ends, and gives its exit code, 128 and more for a signal's.
 * @throws `shell_tool_missing`
 */
export async function runInTerminal(
  name: string,
  argv: readonly string[],
  { cwd, env }: TerminalOptions,
): Promise<number> {
  const [file = "", ...args] = argv;
  // Ctrl-C goes to the whole terminal: what runs there decides what it means
  const ignore = (): undefined => undefined;
  process.on("SIGINT", ignore);
  try {
    const run = await execa(file, args, {
      cwd,
      env: Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)),
      extendEnv: false,
      preferLocal: false,
      stdio: "inherit",
      reject: false,
    });
    if (run.code === "ENOENT")
      throw notFound("shell_tool_missing", `"${name}" is not installed here.`, { params: { tool: name } });
    return run.exitCode ?? (run.signal === "SIGINT" ? 130 : 143);
  } finally {
    process.off("SIGINT", ignore);
  }
}
