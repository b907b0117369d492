import { notFound } from "../../../../bus/kernel/errors.ts";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { RunCommand } from "../../command.ts";
import { requirePerson, runInTerminal } from "../../person.ts";

const getIt = {
  aider: "pip install --user aider-chat",
  litellm: "pip install --user 'litellm[proxy]'",
} as const;

/** `aider-start`, `litellm-start`. @throws not_found `tool_not_installed` */
export function startTool(tool: keyof typeof getIt): RunCommand {
  return async ({ person, screen }, { words, json }) => {
    const { cwd, env, home } = requirePerson(`${tool}-start`, person);
    const path = [env["PATH"] ?? "", join(home, ".local", "bin")].join(delimiter);
    const program = await findProgram(tool, path);
    if (program === undefined)
      throw notFound(
        "tool_not_installed",
        `"${tool}" is not installed in this container. Where Python is: ${getIt[tool]}`,
        { params: { tool, command: getIt[tool] } },
      );
    if (json) {
      screen.data({ ok: true, tool, program });
      return 0;
    }
    return runInTerminal(tool, [program, ...words], { cwd, env: { ...env, PATH: path } });
  };
}

async function findProgram(name: string, path: string): Promise<string | undefined> {
  for (const dir of path.split(delimiter).filter(Boolean)) {
    const file = join(dir, name);
    try {
      await access(file, constants.X_OK);
      return file;
    } catch {
      // not there: the next directory
    }
  }
  return undefined;
}
