import { conflict, DockfraError } from "../../bus/kernel/errors.ts";
import type { ServiceProgress } from "../../bus/messages/stack-jobs.ts";
import { lastWords, runDocker } from "../targets/compose/docker-cli.ts";
import { judge, type ContainerState } from "./container-state.ts";
import { lookAtContainers, readLastLines } from "./containers-look.ts";
import { watchProject } from "./engine-watch.ts";
import { serviceFailed, upFailed } from "./launch-failure.ts";
import { composeWords, type LaunchPlace } from "./place.ts";
import { plainWords, type ResolvedProject } from "./resolved-project.ts";
import { waitUntilSettled, type SettledService } from "./settling.ts";
import { StepTracker } from "./step-tracker.ts";

export interface LaunchOptions {
  readonly build?: boolean;
  readonly pull?: boolean;
  readonly signal: AbortSignal;
  readonly onStep: (progress: ServiceProgress) => void;
  /** Gets what people read; must not throw. */
  readonly onLine: (line: string, service?: string) => void;
  /** Gets the program at work. */
  readonly onStarted?: (pid: number) => void;
  /** How long a service without a health check has to run before it counts as running. */
  readonly settleMs?: number;
  /** How long all may take after they were started. */
  readonly timeoutMs?: number;
}

/** Longer than what crashes at its first request or its first connection needs. */
export const defaultSettleMs = 8_000;
const defaultTimeoutMs = 20 * 60_000;
/** Pulling and building may take long on a slow line. */
const upTimeoutMs = 2 * 3_600_000;
const interruptMs = 20_000;
const shownLogLines = 40;

/**
 * Brings a stack up where it stands and waits until every service is healthy, has run long enough, or has finished.
 * Cancelled, it lets go of what it had begun and leaves what ran before.
 * @throws `launch_failed`, `launch_timeout`, `service_exited`, `service_restarting`, `service_unhealthy`, `service_not_started`
 */
export async function launchStack(
  place: LaunchPlace,
  project: ResolvedProject,
  options: LaunchOptions,
): Promise<SettledService[]> {
  const { signal, onStep, onLine, settleMs = defaultSettleMs, timeoutMs = defaultTimeoutMs } = options;
  const { stack } = place;
  await using watch = watchProject(place.project);
  const before = await lookAtContainers(place.project);
  const services = new Set(Object.keys(project.services));
  for (const service of services) onStep({ stack, service, step: "waiting" });
  try {
    await bringUp(place, project, before, options);
    return await waitUntilSettled({
      ...{ stack, project: place.project, services, before, watch, settleMs, timeoutMs, signal, onStep },
    });
  } catch (error) {
    if (signal.aborted) {
      await letGo(place.project, before);
      throw conflict("job_cancelled", "The launch was cancelled.", { cause: error });
    }
    if (error instanceof DockfraError) await showLog(error, onLine);
    throw error;
  }
}

async function bringUp(
  place: LaunchPlace,
  project: ResolvedProject,
  before: readonly ContainerState[],
  { build = false, pull = false, signal, onStep, onLine, onStarted }: LaunchOptions,
): Promise<void> {
  const { stack } = place;
  const tracker = new StepTracker({ stack, project, onStep, onLine });
  const flags = ["--detach", ...(build ? ["--build"] : []), ...(pull ? ["--pull", "always"] : [])];
  const run = await runDocker([...composeWords(place), "up", ...flags], {
    ...{ timeoutMs: upTimeoutMs, signal, interruptMs, env: place.values },
    onLine: (line) => tracker.take(line),
    ...(onStarted ? { onStarted } : {}),
  });
  signal.throwIfAborted();
  if (run.exitCode === 0) return;
  const broken = findBroken(await lookAtContainers(place.project), before);
  if (broken) throw broken(stack);
  throw upFailed(stack, tracker.error === undefined ? plainWords(lastWords(run)) : plainWords(tracker.error));
}

/** Where Compose gave up because of a container, that one says more than Compose does. */
function findBroken(
  now: readonly ContainerState[],
  before: readonly ContainerState[],
): ((stack: string) => DockfraError) | undefined {
  for (const container of now) {
    const old = before.find(({ id }) => id === container.id);
    if (old !== undefined && old.startedAtMs === container.startedAtMs && old.status === container.status)
      continue;
    const verdict = judge(container, { settleMs: 0, nowMs: Date.now(), restartsBefore: old?.restarts ?? 0 });
    if (verdict.is === "failed" && verdict.why !== "not_started")
      return (stack) => serviceFailed(stack, container, verdict.why);
  }
  return undefined;
}

/** Removes the containers of services that had none before; data stays. */
async function letGo(project: string, before: readonly ContainerState[]): Promise<void> {
  const had = new Set(before.map(({ service }) => service));
  const begun = (await lookAtContainers(project)).filter(({ service }) => !had.has(service));
  if (begun.length === 0) return;
  await runDocker(["rm", "--force", "--", ...begun.map(({ id }) => id)], { timeoutMs: 60_000 });
}

async function showLog(error: DockfraError, onLine: LaunchOptions["onLine"]): Promise<void> {
  const { container, service } = error.params;
  if (typeof container !== "string" || typeof service !== "string") return;
  for (const line of await readLastLines(container, shownLogLines)) onLine(line, service);
}
