import { conflict, unavailable } from "../../bus/kernel/errors.ts";
import type { ServiceProgress } from "../../bus/messages/stack-jobs.ts";
import { lastWords, runDocker } from "../targets/compose/docker-cli.ts";
import type { ContainerState } from "./container-state.ts";
import { lookAtContainers } from "./containers-look.ts";
import { watchProject } from "./engine-watch.ts";
import { defaultSettleMs, type LaunchOptions } from "./launch.ts";
import { plainWords } from "./resolved-project.ts";
import { waitUntilSettled, type SettledService } from "./settling.ts";
import { StepTracker } from "./step-tracker.ts";

/** A project that has containers on the engine; its files are not needed. */
export interface RunningProject {
  readonly stack: string;
  readonly project: string;
  readonly containers: readonly ContainerState[];
}

export type ServiceWork = Pick<LaunchOptions, "signal" | "onStep" | "onLine" | "onStarted" | "settleMs"> & {
  /** All where none is named. */
  readonly services?: readonly string[];
};

const callMs = 10 * 60_000;
const settlingMs = 20 * 60_000;
const interruptMs = 20_000;

/** Finds what the engine has of a project; `undefined` where it has nothing. */
export async function findRunning(stack: string, project: string): Promise<RunningProject | undefined> {
  const containers = await lookAtContainers(project);
  return containers.length === 0 ? undefined : { stack, project, containers };
}

/** Stops services, in Compose's own order; their data stays. Gives how many containers stand still. @throws `compose_call_failed`, `service_unknown` */
export async function stopServices(running: RunningProject, work: ServiceWork): Promise<number> {
  const services = await compose("stop", running, work);
  const after = await lookAtContainers(running.project);
  const still = after.filter(({ service }) => services.has(service));
  for (const { service } of still)
    work.onStep({ stack: running.stack, service, step: "done", done: 1, detail: "stopped" });
  return still.filter(({ status }) => status !== "running").length;
}

/** Starts services again and waits until they are as a launch wants them. @throws `compose_call_failed`, `service_unknown`, and what a launch throws */
export async function restartServices(running: RunningProject, work: ServiceWork): Promise<SettledService[]> {
  const { stack, project } = running;
  await using watch = watchProject(project);
  const services = await compose("restart", running, work);
  return await waitUntilSettled({
    ...{ stack, project, services, watch, before: [], timeoutMs: settlingMs, signal: work.signal },
    settleMs: work.settleMs ?? defaultSettleMs,
    onStep: (progress: ServiceProgress) => work.onStep(progress),
  });
}

async function compose(
  verb: "stop" | "restart",
  { stack, project, containers }: RunningProject,
  { services: named = [], signal, onStep, onLine, onStarted }: ServiceWork,
): Promise<Set<string>> {
  const known = new Set(containers.map(({ service }) => service));
  const unknown = named.find((service) => !known.has(service));
  if (unknown !== undefined) {
    const list = [...known].join(", ");
    throw conflict("service_unknown", `"${stack}" has no container of "${unknown}". There is: ${list}.`, {
      params: { stack, service: unknown, known: list },
    });
  }
  const services = Object.fromEntries(
    containers.map(({ service, name }) => [service, { container_name: name }]),
  );
  const tracker = new StepTracker({ stack, project: { name: project, services }, onStep, onLine });
  const words = [
    "compose",
    "--ansi=never",
    "--progress=json",
    "--project-name",
    project,
    verb,
    "--",
    ...named,
  ];
  const run = await runDocker(words, {
    ...{ timeoutMs: callMs, signal, interruptMs, onLine: (line) => tracker.take(line) },
    ...(onStarted ? { onStarted } : {}),
  });
  signal.throwIfAborted();
  if (run.exitCode === 0) return named.length === 0 ? known : new Set(named);
  const reason = plainWords(tracker.error ?? lastWords(run));
  throw unavailable(
    "compose_call_failed",
    `docker compose ${verb} of "${stack}" failed: ${reason}. Mend what it names and try again.`,
    { params: { stack, verb, reason }, retryable: false },
  );
}
