import { createHash } from "node:crypto";
import { z } from "zod";
import { pickEnvironment } from "../../stacks/processes/environment.ts";
import { runProgram, type ProgramRunner } from "../../stacks/processes/program-run.ts";
import type { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import { createLineBatch } from "../developer/line-batch.ts";
import type { Progress } from "../runtime/handlers.ts";
import { defineTool, ToolRefusal, type Tool, type ToolAnswer } from "./tool.ts";

export interface TestToolOptions {
  /** The project's own command, read from the operator's or the base's dockfra.yaml. */
  readonly test: ProjectFile["test"];
  readonly dir: string;
  /** HOME of the tests; not the user's. */
  readonly home: string;
  /** Default: as our own user. */
  readonly run?: ProgramRunner;
  readonly progress: Progress;
  /** Most milliseconds a run may take now. */
  readonly remainingMs: () => number;
}

const defaultTimeoutS = 600;
const mostTail = 12_000;

/** Runs the project's tests; takes no arguments, so that a model cannot choose what is run. */
export function runTestsTool(options: TestToolOptions): Tool {
  return defineTool({
    name: "run_tests",
    description: "Runs the project's own tests and gives the end of their output.",
    input: z.strictObject({}),
    target: () => options.test?.command.join(" ") ?? "",
    run: (_input, signal) => runTests(options, signal),
  });
}

async function runTests(
  { test, dir, home, run: start = runProgram, progress, remainingMs }: TestToolOptions,
  signal: AbortSignal,
): Promise<ToolAnswer> {
  if (!test)
    throw new ToolRefusal("The project has no test command. Check your work by reading it, then finish.");
  const ownMs = (("timeout_s" in test ? test.timeout_s : undefined) ?? defaultTimeoutS) * 1_000;
  const timeoutMs = Math.max(1_000, Math.min(ownMs, remainingMs()));
  const command = test.command.join(" ");
  progress("tests_started", { command });
  using batch = createLineBatch((text) => progress("tests_output", { command }, text));
  let output = "";
  const run = await start(test.command, {
    cwd: dir,
    env: { ...pickEnvironment(["PATH", "LANG"]), HOME: home, CI: "true" },
    timeoutMs,
    signal,
    onLine: (line) => {
      output = (output + line + "\n").slice(-2 * mostTail);
      batch.add(line);
    },
  });
  signal.throwIfAborted();
  if (run.notStarted !== undefined)
    throw new ToolRefusal(`The test command does not start here (${run.notStarted}). Finish without it.`);
  const passed = run.exitCode === 0 && !run.timedOut;
  progress(passed ? "tests_passed" : "tests_failed", { command, tookMs: run.tookMs });
  const tail = output.slice(-mostTail);
  const end = run.timedOut
    ? `did not end within ${Math.round(timeoutMs / 1_000)} s`
    : `ended with ${run.exitCode ?? run.signal ?? "nothing"}`;
  return {
    note: passed ? "The tests pass." : `The tests fail: "${command}" ${end}.`,
    data: { kind: "test output", origin: "project", name: command, text: tail },
    tests: { passed, fingerprint: fingerprintOf(tail, end) },
  };
}

/** The same failure has the same fingerprint, whenever and however fast it came. */
function fingerprintOf(output: string, end: string): string {
  const plain = output
    .replaceAll(/\d+(?:[.:,]\d+)*/g, "0")
    .replaceAll(/0x[0-9a-f]+|\b[0-9a-f]{12,}\b/gi, "0");
  return createHash("sha256").update(end).update(plain).digest("hex");
}
