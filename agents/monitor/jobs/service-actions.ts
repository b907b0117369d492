import { denied, notFound } from "../../../bus/kernel/errors.ts";
import {
  findRunning,
  restartServices,
  stopServices,
  type RunningProject,
  type ServiceWork,
} from "../../../stacks/launch/running-project.ts";
import { engineAnswers } from "../../../stacks/targets/compose/docker-cli.ts";
import { selectTarget } from "../../../stacks/targets/select-target.ts";
import type { ProjectReading } from "../stack-service/project-reading.ts";
import type { JobAction, JobParts, JobRun } from "./actions.ts";
import { findLaunchStacks, readForLaunch } from "./stack-places.ts";

/** Makes the action that stops a stack or some of its services. */
export function createStop(parts: JobParts): JobAction<"stop"> {
  return async (run) => {
    const reading = await readForLaunch(parts);
    const running = await findProject(parts, reading, run.action.stack);
    if (running) return { stopped: await stopServices(running, toWork(run)) };
    await stopTarget(parts, reading, run.action.stack);
    return { stopped: 1 };
  };
}

/** Makes the action that starts a stack's containers again, or those of some services. */
export function createRestart(parts: JobParts): JobAction<"restart"> {
  return async (run) => {
    const reading = await readForLaunch(parts);
    const running = await findProject(parts, reading, run.action.stack);
    if (!running) throw notRunning(run.action.stack, reading, parts.stateDir);
    return { services: (await restartServices(running, toWork(run))).length };
  };
}

/** A stack by what the engine has of it, whether its files are below ROOT or not. @throws `own_project` */
async function findProject(
  { prefix, stateDir }: JobParts,
  reading: ProjectReading,
  name: string,
): Promise<RunningProject | undefined> {
  if (["management", "app", "devices"].some((part) => name === `${prefix}-${part}`))
    throw denied("own_project", `"${name}" is Dockfra itself. Use: dockfra stop`, {
      params: { stack: name },
    });
  return findRunning(name, projectOf(reading, name, stateDir));
}

function projectOf(reading: ProjectReading, name: string, stateDir: string): string {
  try {
    return findLaunchStacks(reading, [name], stateDir)[0]?.place.project ?? name;
  } catch {
    // a project whose files are elsewhere is known to the engine alone
    return name;
  }
}

/** Stops what runs without the engine. @throws `stack_not_running` */
async function stopTarget(
  { root, stateDir }: JobParts,
  reading: ProjectReading,
  name: string,
): Promise<void> {
  const { project } = reading;
  if (!Object.hasOwn(project.deploy, name)) throw notRunning(name, reading, stateDir);
  const { target } = selectTarget(project, name, { root, stateDir, engineAvailable: await engineAnswers() });
  if (!(await target.status()).running) throw notRunning(name, reading, stateDir);
  await target.stop();
}

/** @throws `stack_unknown` where there is no such stack */
function notRunning(stack: string, reading: ProjectReading, stateDir: string): Error {
  if (!Object.hasOwn(reading.project.deploy, stack)) findLaunchStacks(reading, [stack], stateDir);
  return notFound("stack_not_running", `"${stack}" has no containers. Start it: dockfra launch ${stack}`, {
    params: { stack },
  });
}

function toWork(run: JobRun<"stop"> | JobRun<"restart">): ServiceWork {
  const { stack, services } = run.action;
  return {
    ...(services === undefined ? {} : { services }),
    signal: run.signal,
    onStep: (progress) => run.step(progress),
    onLine: (line, service) => run.log(line, { stack, ...(service === undefined ? {} : { service }) }),
    onStarted: (pid) => run.started(pid),
  };
}
