import { open } from "node:fs/promises";
import { join } from "node:path";
import { notFound } from "../../bus/kernel/errors.ts";
import { runProgram } from "../../stacks/processes/program-run.ts";
import { requirePerson, runInTerminal } from "./person.ts";
import type { PersonPlace } from "./command.ts";
import type { ProjectCommand } from "./project-commands.ts";
import type { Output } from "../../terminal/screen.ts";

export interface ProjectRunOptions {
  readonly out: Output;
  readonly err: Output;
  readonly signal: AbortSignal;
  readonly person?: PersonPlace;
}

const longestMs = 24 * 3_600_000;

/**
 * Runs a command of the project's role folder as the person whose shell it is, and gives its exit code. The folder may be
 * mounted so that nothing in it can be started, so a script goes through the interpreter that its first line names.
 * @throws `shell_only` where no person is there
 */
export async function runProjectCommand(
  command: ProjectCommand & { readonly dir: string },
  args: readonly string[],
  { out, err, signal, person }: ProjectRunOptions,
): Promise<number> {
  const { cwd, env } = requirePerson(command.name, person);
  const argv =
    command.kind === "make"
      ? ["make", "--no-print-directory", "-C", command.dir, command.entry, ...args]
      : [...(await interpreterOf(command)), join(command.dir, command.entry), ...args];
  const own = { ...plainOf(env), DOCKFRA_ROLE_FOLDER: command.dir };
  if (out === process.stdout && err === process.stderr)
    return runInTerminal(command.name, argv, { cwd, env: own });
  const run = await runProgram(argv, {
    cwd,
    env: own,
    timeoutMs: longestMs,
    signal,
    onLine: (line) => void out.write(`${line}\n`),
  });
  if (run.notStarted !== undefined)
    throw notFound("shell_tool_missing", `"${argv[0] ?? ""}" is not installed here.`, {
      params: { tool: argv[0] ?? "" },
    });
  return run.exitCode ?? 1;
}

/** What a script's first line names; `sh` where it names nothing. */
async function interpreterOf({ dir, entry }: { dir: string; entry: string }): Promise<string[]> {
  await using file = await open(join(dir, entry));
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(256), position: 0 });
  const first = buffer.subarray(0, bytesRead).toString("utf8").split("\n")[0] ?? "";
  const [, program, option] = /^#!\s*(\/[^\s]+)(?:[ \t]+(.*\S))?\s*$/.exec(first) ?? [];
  if (program === undefined) return ["sh"];
  if (option === undefined) return [program];
  // what env is told to split, it splits; others get all of it as one word, as the kernel would give it
  return program.endsWith("/env")
    ? [program, ...option.replace(/^-S\s*/, "").split(/\s+/)]
    : [program, option];
}

function plainOf(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
