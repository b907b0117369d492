import { mkdirSync, chmodSync, renameSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isSameProcess, signalGroup } from "../../processes/process-identity.ts";
import { readIfThere, writeDurably } from "../durable-file.ts";
import { DeployOutcome, ReleaseRef } from "../target.ts";

/** How to run a release: the part of `dockfra.yaml` that a process target needs. */
export const RunSpec = z.strictObject({
  /** The public address: `http://host:port`. */
  url: z.string(),
  /** `{port}` and `{commit}` are filled in, here and in `env`. */
  command: z.array(z.string()).min(1),
  env: z.record(z.string(), z.string()),
  health: z.string(),
  healthTimeoutMs: z.int().positive(),
  /** The stack's directory below the release's tree. */
  dir: z.string(),
});
export type RunSpec = z.infer<typeof RunSpec>;

/** One attempt to run a release. */
export const Deployment = z.strictObject({ sequence: z.int(), release: ReleaseRef, spec: RunSpec });
export type Deployment = z.infer<typeof Deployment>;

const RunnerState = z.strictObject({
  version: z.literal(1),
  /** The newest deployment's number. */
  sequence: z.int(),
  /** What runs, or must be brought back; absent before the first deploy. */
  current: Deployment.optional(),
  /** Whether a person stopped the stack. */
  stopped: z.boolean(),
  /** Every instance that may be alive, to be found again after the runner was killed. */
  instances: z.array(z.strictObject({ pid: z.int().positive(), startedAt: z.string() })),
  /** Answers by command id, oldest first. */
  outcomes: z.array(z.strictObject({ commandId: z.string(), outcome: DeployOutcome })),
});
export type RunnerState = z.infer<typeof RunnerState>;

const keptOutcomes = 200;

/** Makes the state directory of one stack, for its owner only. */
export function openStateDir(dir: string): void {
  mkdirSync(join(dir, "logs"), { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
}

/** Reads a runner's state; a file that cannot be read as one is put aside. */
export function loadState(dir: string): RunnerState {
  const file = stateFile(dir);
  const text = readIfThere(file);
  const empty: RunnerState = { version: 1, sequence: 0, stopped: false, instances: [], outcomes: [] };
  if (text === undefined) return empty;
  const parsed = RunnerState.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  renameSync(file, `${file}.unreadable`);
  return empty;
}

/** Writes a runner's state so that a crash keeps it. */
export function saveState(dir: string, state: RunnerState): void {
  state.outcomes.splice(0, Math.max(0, state.outcomes.length - keptOutcomes));
  writeDurably(stateFile(dir), JSON.stringify(state));
}

/** Ends instances that a killed runner left behind. */
export async function endLeftovers(state: RunnerState, graceMs: number): Promise<void> {
  const left = state.instances.filter(isSameProcess);
  for (const { pid } of left) signalGroup(pid, "SIGTERM");
  const deadlineMs = Date.now() + graceMs;
  while (left.some(isSameProcess) && Date.now() < deadlineMs)
    await new Promise((resolve) => setTimeout(resolve, 25));
  for (const { pid } of left) signalGroup(pid, "SIGKILL");
  state.instances = [];
}

function stateFile(dir: string): string {
  return join(dir, "runner.json");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
