import { conflict, type DockfraError } from "../../../bus/kernel/errors.ts";
import type { Stack } from "../../../stacks/discover/stack.ts";
import type { TargetKind } from "../../../stacks/project-file/project-schema.ts";
import { ranLast, targetDirOf } from "../../../stacks/targets/select-target.ts";
import { deployNameOf } from "../stack-service/deploy-name.ts";
import type { ProjectReading } from "../stack-service/project-reading.ts";

/** What runs a stack that Compose must not start here, or it would run twice. */
export interface Elsewhere {
  /** As `dockfra.yaml` calls it. */
  readonly deploy: string;
  readonly target: Exclude<TargetKind, "compose">;
}

/** The name and the target under which `dockfra.yaml` has a stack run by something else than Compose on this engine. */
export function findElsewhere(
  stack: Stack,
  reading: ProjectReading,
  stateDir: string,
): Elsewhere | undefined {
  const deploy = deployNameOf(stack, reading);
  if (deploy === undefined) return undefined;
  const { target: wanted = "auto" } = reading.project.deploy[deploy] ?? {};
  const target = wanted === "auto" ? ranLast(targetDirOf(stateDir, deploy)) : wanted;
  return target === undefined || target === "compose" ? undefined : { deploy, target };
}

/** Whether a launch would run it twice; what has only its directory in common with a process or a device is something else. */
export function wouldRunTwice(stack: Stack, { project }: ProjectReading, elsewhere: Elsewhere): boolean {
  const { deploy, target } = elsewhere;
  const hasItsName = (project.deploy[deploy]?.project ?? deploy) === stack.name;
  return hasItsName || target === "swarm" || target === "remote";
}

/** Says that Compose has no hand in a stack, and what to do instead. */
export function runsElsewhere(stack: string, { target }: Elsewhere, command: string): DockfraError {
  return conflict(
    "stack_elsewhere",
    `"${stack}" is run by its target in dockfra.yaml (${target}), not by Compose here. Use: ${command}`,
    { params: { stack, target, command } },
  );
}
