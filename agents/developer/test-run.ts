import { conflict, invalidInput, unavailable } from "../../bus/kernel/errors.ts";
import type { TestRun } from "../../bus/messages/ticket.ts";
import type { IntentClient } from "../../bus/ports/intents.ts";
import type { z } from "zod";
import { pickEnvironment } from "../../stacks/processes/environment.ts";
import type { ProgramRunner } from "../../stacks/processes/program-run.ts";
import type { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import type { Progress } from "../runtime/handlers.ts";
import { createLineBatch } from "./line-batch.ts";
import { toOutputText } from "./output-text.ts";

export interface TestOptions {
  readonly client: IntentClient;
  readonly test: ProjectFile["test"];
  readonly dir: string;
  readonly home: string;
  readonly run: ProgramRunner;
  /** Takes secrets out of a line of output. */
  readonly redact: (line: string) => string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

const defaultTimeoutS = 600;
const maxOutput = 8_000_000;

/**
 * Runs the project's test command in the clone; failing tests are an answer, not an error.
 * @throws `test_timeout` with the output so far, `test_command_missing`
 */
export async function runTests(options: TestOptions): Promise<z.infer<typeof TestRun>> {
  const { client, test, dir, home, redact, signal, progress, run: start } = options;
  if (!test) return { passed: true, command: "", tookMs: 0, output: { head: "" } };
  const timeoutS = ("timeout_s" in test ? test.timeout_s : undefined) ?? defaultTimeoutS;
  const command = test.command.join(" ");
  progress("tests_started", { command });
  let output = "";
  using batch = createLineBatch((text) => progress("tests_output", { command }, text));
  const run = await start(test.command, {
    cwd: dir,
    env: { ...pickEnvironment(["PATH", "LANG"]), HOME: home, CI: "true" },
    timeoutMs: timeoutS * 1_000,
    signal,
    onLine: (raw) => {
      const line = redact(raw);
      output = (output + line + "\n").slice(-maxOutput);
      batch.add(line);
    },
  });
  if (run.cancelled) throw unavailable("cancelled", `The tests were stopped.`, { params: { command } });
  if (run.notStarted !== undefined)
    throw invalidInput(
      "test_command_missing",
      `The test command "${command}" of dockfra.yaml does not start: ${run.notStarted}. Install it, or mend "test".`,
      {
        params: { command, why: run.notStarted },
      },
    );
  const text = await toOutputText(client, output);
  if (run.timedOut) throw timedOut(command, timeoutS, output, text.artifact);
  const passed = run.exitCode === 0;
  if (passed) progress("tests_green", { command, tookMs: run.tookMs });
  else progress("tests_red", { command, tookMs: run.tookMs });
  return {
    passed,
    command,
    ...(run.exitCode === undefined ? {} : { exitCode: run.exitCode }),
    tookMs: run.tookMs,
    output: text,
  };
}

function timedOut(command: string, timeoutS: number, output: string, artifact: string | undefined): Error {
  const tail = output.slice(-1_000).trim();
  return conflict(
    "test_timeout",
    `The tests ("${command}") did not end within ${timeoutS} s and were stopped. Mend what hangs, or raise timeout_s under "test". Last output: ${tail === "" ? "none" : tail}`,
    { params: { command, timeoutS, output: tail, ...(artifact === undefined ? {} : { artifact }) } },
  );
}
