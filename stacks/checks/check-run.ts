import type { Check, Evidence } from "../../bus/messages/checks.ts";
import { appEnvironment } from "../processes/environment.ts";
import { runProgram, type ProgramRunner } from "../processes/program-run.ts";
import { observeHttp, type Observation } from "./http-check.ts";
import { fetchDirectly, type FetchPage } from "./page.ts";

export interface CheckContext {
  /** The running app, `http://host:port`. */
  readonly baseUrl: string;
  /** The app's log since the deploy. */
  readonly readLog: () => Promise<readonly string[]>;
  /** Where a command check runs. */
  readonly cwd: string;
  /** Runs a command check; default: as our own user. */
  readonly runCommand?: ProgramRunner;
  /** Added to PATH, HOME and LANG for a command check. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Per check; default 10 s. */
  readonly timeoutMs?: number;
  /** Whether command checks may run: only those of the operator's own file. */
  readonly allowCommands: boolean;
  /** How the app's pages are reached; default: from here. */
  readonly fetchPage?: FetchPage;
}

/** Takes one check on the running app and records what was seen; a failing check is evidence too, never an error. */
export async function runCheck(check: Check, context: CheckContext): Promise<Evidence> {
  const atMs = Date.now();
  const startMs = performance.now();
  const seen = await observe(check, context).catch((error: unknown) => ({
    passed: false,
    observed: `The check could not run: ${error instanceof Error ? error.message : String(error)}`,
  }));
  return {
    check,
    passed: seen.passed,
    observed: oneLine(seen.observed),
    atMs,
    tookMs: Math.round(performance.now() - startMs),
  };
}

/** Takes checks one after the other, all of them even when one fails; those after a cancel fail as cancelled. */
export async function runChecks(checks: readonly Check[], context: CheckContext): Promise<Evidence[]> {
  const evidence: Evidence[] = [];
  for (const check of checks) evidence.push(await runCheck(check, context));
  return evidence;
}

async function observe(check: Check, context: CheckContext): Promise<Observation> {
  if (context.signal?.aborted) return { passed: false, observed: "Cancelled before it ran" };
  const { timeoutMs = 10_000 } = context;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = context.signal ? AbortSignal.any([context.signal, timeout]) : timeout;
  switch (check.kind) {
    case "http":
      return observeHttp(check, context.baseUrl, {
        signal,
        timeoutMs,
        fetchPage: context.fetchPage ?? fetchDirectly,
      });
    case "command":
      return observeCommand(check.argv, context, timeoutMs);
    case "log":
      return observeLog(check.lacks, await context.readLog());
  }
}

async function observeCommand(
  argv: readonly string[],
  context: CheckContext,
  timeoutMs: number,
): Promise<Observation> {
  const name = JSON.stringify(argv);
  if (!context.allowCommands)
    return {
      passed: false,
      observed: `Command ${name} was not run: only the project's own file may ask for commands`,
    };
  const run = await (context.runCommand ?? runProgram)(argv, {
    cwd: context.cwd,
    env: { ...appEnvironment(), ...context.env, DOCKFRA_URL: context.baseUrl },
    timeoutMs,
    ...(context.signal ? { signal: context.signal } : {}),
    maxOutputBytes: 100_000,
  });
  if (run.notStarted !== undefined)
    return { passed: false, observed: `Command ${name} did not start: ${run.notStarted}` };
  if (run.cancelled) return { passed: false, observed: `Command ${name} was cancelled` };
  if (run.timedOut) return { passed: false, observed: `Command ${name} was ended after ${timeoutMs} ms` };
  const last = (run.stderr.trim() || run.stdout.trim()).split("\n").at(-1) ?? "";
  const end =
    run.exitCode === undefined ? `ended by ${run.signal ?? "a signal"}` : `exited with ${run.exitCode}`;
  return {
    passed: run.exitCode === 0,
    observed: `Command ${name} ${end} in ${run.tookMs} ms${last === "" ? "" : `: ${last}`}`,
  };
}

function observeLog(text: string, lines: readonly string[]): Observation {
  const hits = lines.filter((line) => line.includes(text));
  const first = hits[0];
  if (first === undefined)
    return { passed: true, observed: `${lines.length} log lines without ${JSON.stringify(text)}` };
  return {
    passed: false,
    observed: `${hits.length} of ${lines.length} log lines have ${JSON.stringify(text)}, first: ${first}`,
  };
}

function oneLine(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, " ").trim();
  return line.length > 2_000 ? `${line.slice(0, 1_999)}…` : line;
}
