import { conflict } from "../../../bus/kernel/errors.ts";
import type { OrderedStack } from "../../../stacks/launch/order.ts";
import {
  belongingsOf,
  resolveProject,
  type ResolvedProject,
} from "../../../stacks/launch/resolved-project.ts";
import { listEngineContainers, listEngineObjects } from "../../../stacks/preflight/gather/engine-look.ts";
import { findBlockers } from "../stack-service/preflight.ts";
import type { ProjectReading } from "../stack-service/project-reading.ts";
import type { JobParts, JobRun } from "./actions.ts";
import type { LaunchStack } from "./stack-places.ts";

/** A stack with what a launch has to know of it. */
export interface PreparedStack extends OrderedStack, LaunchStack {
  readonly project: ResolvedProject;
}

/**
 * Resolves stacks, and looks meanwhile for what surely keeps them from starting.
 * @throws `launch_in_the_way` unless it is forced, and why Compose refuses files
 */
export async function prepareStacks(
  found: readonly LaunchStack[],
  reading: ProjectReading,
  run: JobRun<"launch">,
  parts: JobParts,
): Promise<PreparedStack[]> {
  const [resolved, containers] = await Promise.all([
    Promise.allSettled(found.map(({ place }) => resolveProject(place, run.signal))),
    run.action.force === true ? undefined : listEngineContainers(),
  ]);
  run.signal.throwIfAborted();
  const ends = found.map((stack, index) => ({ stack, end: resolved[index] }));
  if (containers) {
    // most stacks want nothing that others make
    const needsOthers = resolved.some(
      (end) => end.status === "rejected" || belongingsOf(end.value).needs.size > 0,
    );
    const objects = needsOthers ? await listEngineObjects() : { networks: [], volumes: [] };
    const launches = ends.map(({ stack: { place }, end }) => ({
      place,
      project: end?.status === "fulfilled" ? end.value : undefined,
    }));
    const findings = await findBlockers(launches, reading, { containers, ...objects }, parts);
    if (findings.length > 0) {
      run.inTheWay(findings);
      throw inTheWay(found, findings.length);
    }
  }
  return ends.map(({ stack, end }) => {
    if (end?.status !== "fulfilled") throw end?.reason;
    return { ...stack, project: end.value, name: stack.place.stack, ...belongingsOf(end.value) };
  });
}

function inTheWay(found: readonly LaunchStack[], count: number): Error {
  const stacks = found.map(({ place }) => place.stack).join(", ");
  return conflict(
    "launch_in_the_way",
    `Nothing was started: something is in the way of ${stacks} (${count}). Mend it, or go on all the same with --force.`,
    { params: { stacks, count } },
  );
}
