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
import { runsElsewhere } from "./elsewhere.ts";
import { findLaunchStacks, readForLaunch, type LaunchStack } from "./stack-places.ts";

/** Makes the action that stops a stack or some of its services. */
export function createStop(parts: JobParts): JobAction<"stop"> {
  return async (run) => {
    const reading = await readForLaunch(parts);
    const running = await findProject(parts, reading, run.action.stack);
    if (running) return { stopped: await stopServices(running, toWork(run)) };
    await stopTarget(parts, reading, run);
    return { stopped: 1 };
  };
}

/** Makes the action that starts a stack's containers again, or those of some services. */
export function createRestart(parts: JobParts): JobAction<"restart"> {
  return async (run) => {
    const reading = await readForLaunch(parts);
    const running = await findProject(parts, reading, run.action.stack);
    if (!running) throw cannotRestart(run.action.stack, reading, parts.stateDir);
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
  return findRunning(name, findStack(reading, name, stateDir)?.place.project ?? name);
}

function findStack(reading: ProjectReading, name: string, stateDir: string): LaunchStack | undefined {
  try {
    return findLaunchStacks(reading, [name], stateDir)[0];
  } catch {
    // a project whose files are elsewhere is known to the engine alone
    return undefined;
  }
}

/** Stops what is not run by Compose here, as a whole. @throws `stack_not_running`, `stack_elsewhere` */
async function stopTarget(
  { root, stateDir }: JobParts,
  reading: ProjectReading,
  { action: { stack, services = [] } }: JobRun<"stop">,
): Promise<void> {
  const { project } = reading;
  const known = findStack(reading, stack, stateDir);
  const name = known?.elsewhere?.deploy ?? stack;
  if (!Object.hasOwn(project.deploy, name)) throw notRunning(stack, reading, stateDir);
  const { target, kind } = selectTarget(project, name, {
    ...{ root, stateDir, engineAvailable: await engineAnswers() },
  });
  if (!(await target.status()).running) throw notRunning(stack, reading, stateDir);
  // a swarm brings back a service whose container was stopped
  if (services.length > 0 && kind !== "compose")
    throw runsElsewhere(stack, { deploy: name, target: kind }, `dockfra stop ${stack}`);
  await target.stop();
}

/** What is not run by Compose here is started again by what runs it. */
function cannotRestart(stack: string, reading: ProjectReading, stateDir: string): Error {
  const { elsewhere, place } = findStack(reading, stack, stateDir) ?? {};
  if (elsewhere === undefined) return notRunning(stack, reading, stateDir);
  const command =
    elsewhere.target === "swarm"
      ? `docker service update --force ${place?.project ?? stack}_SERVICE`
      : `dockfra deploy ${elsewhere.deploy}`;
  return runsElsewhere(stack, elsewhere, command);
}

/** @throws `stack_unknown` where there is no such stack */
function notRunning(stack: string, reading: ProjectReading, stateDir: string): Error {
  const [known] = Object.hasOwn(reading.project.deploy, stack)
    ? [findStack(reading, stack, stateDir)]
    : findLaunchStacks(reading, [stack], stateDir);
  // one that has no Compose file is deployed alone
  const deploy = known === undefined ? stack : known.elsewhere?.deploy;
  const command = deploy === undefined ? `dockfra launch ${stack}` : `dockfra deploy ${deploy}`;
  return notFound("stack_not_running", `"${stack}" does not run. Start it: ${command}`, {
    params: { stack, command },
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
