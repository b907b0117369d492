import { conflict, invalidInput, unavailable } from "../../bus/kernel/errors.ts";
import { pickEnvironment } from "../../stacks/processes/environment.ts";
import { runProgram, type ProgramRunner } from "../../stacks/processes/program-run.ts";
import type { Engine } from "./engine.ts";

const defaultTimeoutS = 1_800;
const maxOutputBytes = 1_000_000;
const tailLength = 2_000;

export interface CommandEngineOptions {
  /** HOME of the program, where `dockfra.yaml` names no other; never the user's own. */
  readonly home: string;
  /** Default: as our own user. */
  readonly run?: ProgramRunner;
}

/** Makes the engine that runs the operator's own program: the ticket as JSON on its stdin, the clone as its directory. */
export function createCommandEngine({ home, run: start = runProgram }: CommandEngineOptions): Engine {
  return {
    name: "command",
    startsFrom: "branch",
    canTake: async (_ticket, { project }) => project.engines.command !== undefined,
    async implement({ ticket, text, project, workTree, reasons, signal, progress }) {
      const config = project.engines.command;
      if (!config) throw new TypeError("The command engine was given a project without one.");
      const { command } = config;
      const timeoutS = ("timeout_s" in config ? config.timeout_s : undefined) ?? defaultTimeoutS;
      const env = "env" in config ? config.env : undefined;
      const name = command[0] ?? "";
      progress("engine_started", { engine: name });
      const run = await start(command, {
        cwd: workTree,
        env: { ...pickEnvironment(["PATH", "LANG"]), HOME: home, ...env },
        input: JSON.stringify({ ...ticket, description: text, reasons }),
        timeoutMs: timeoutS * 1_000,
        signal,
        maxOutputBytes,
      });
      const output = (run.stderr.trim() || run.stdout.trim()).slice(-tailLength);
      const params = { program: name, output };
      if (run.notStarted !== undefined)
        throw invalidInput(
          "engine_missing",
          `The engine "${name}" of dockfra.yaml does not start: ${run.notStarted}. Install it, or mend engines.command.`,
          {
            params: { program: name, why: run.notStarted },
          },
        );
      if (run.cancelled) throw unavailable("cancelled", `The engine "${name}" was stopped.`, { params });
      if (run.timedOut)
        throw conflict(
          "engine_timeout",
          `The engine "${name}" did not end within ${timeoutS} s. Raise timeout_s under engines.command, or make the ticket smaller. It said: ${output}`,
          {
            params: { ...params, timeoutS },
          },
        );
      if (run.exitCode !== 0)
        throw conflict(
          "engine_failed",
          `The engine "${name}" ended with ${run.exitCode ?? run.signal ?? "no exit code"}: ${output}`,
          {
            params: { ...params, exitCode: run.exitCode ?? -1 },
          },
        );
      return { summary: run.stdout.trim().slice(-tailLength) || `Ran ${name}.` };
    },
  };
}
