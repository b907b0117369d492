import { DockfraError } from "../../../bus/kernel/errors.ts";
import type { PreflightFinding } from "../../../stacks/preflight/finding.ts";
import { engineAnswers } from "../../../stacks/targets/compose/docker-cli.ts";
import { selectTarget } from "../../../stacks/targets/select-target.ts";
import type { Elsewhere } from "../jobs/elsewhere.ts";
import type { LaunchStack } from "../jobs/stack-places.ts";
import type { ProjectReading } from "./project-reading.ts";

export interface ElsewhereOptions {
  readonly root: string;
  readonly stateDir: string;
  readonly reading: ProjectReading;
  /** Whether the stacks were asked for by name: what keeps one from its deploy does not keep others from a launch. */
  readonly isNamed: boolean;
}

/** What a deploy of a Compose file looks at as well; the rest is about this machine or a launch. */
const sharedCodes = /^(?:build_context|compose_refuses|dangerous_|dockerfile_|env_file_|value_)/;

/** Tells of stacks that are run by something else than Compose here what their deploys would be refused for. */
export async function findElsewhereObstacles(
  launches: readonly LaunchStack[],
  options: ElsewhereOptions,
): Promise<PreflightFinding[]> {
  const found = await Promise.all(
    launches.map(async ({ place: { stack }, elsewhere }) => {
      if (elsewhere === undefined) return [];
      const { deploy, target } = elsewhere;
      const params = { stack, target, command: `dockfra deploy ${deploy}` };
      const told: PreflightFinding = { code: "stack_elsewhere", severity: "info", stack, params };
      const obstacles = await listObstacles(elsewhere, options);
      const severity = options.isNamed ? ("error" as const) : ("warning" as const);
      return [
        ...obstacles.flatMap(toParts).map((one): PreflightFinding => ({ ...one, stack, severity })),
        told,
      ];
    }),
  );
  return found.flat();
}

/** Leaves out of what a launch would meet what does not concern stacks that are not launched here. */
export function withoutLaunchOf(
  found: readonly PreflightFinding[],
  launches: readonly LaunchStack[],
  isNamed: boolean,
): PreflightFinding[] {
  const elsewhere = new Map(
    launches.flatMap(({ place, elsewhere: by }) => (by ? [[place.stack, by.target] as const] : [])),
  );
  return found.flatMap((one) => {
    const target = elsewhere.get(one.stack ?? "");
    if (target === undefined) return [one];
    const usesFiles = target === "swarm" || target === "remote";
    if (!usesFiles || !sharedCodes.test(one.code)) return [];
    return [one.severity === "error" && !isNamed ? { ...one, severity: "warning" as const } : one];
  });
}

/** One that lists keys becomes one for each. */
function toParts({ code, params }: DockfraError): Pick<PreflightFinding, "code" | "params">[] {
  const { keys } = params;
  if (typeof keys !== "string") return [{ code, params }];
  return keys.split(", ").map((key) => ({ code, params: { ...params, keys: key } }));
}

async function listObstacles(
  { deploy }: Elsewhere,
  { root, stateDir, reading }: ElsewhereOptions,
): Promise<readonly DockfraError[]> {
  try {
    const engineAvailable = await engineAnswers();
    const { target } = selectTarget(reading.project, deploy, { root, stateDir, engineAvailable });
    return (await target.obstacles?.()) ?? [];
  } catch (error) {
    if (error instanceof DockfraError) return [error];
    throw error;
  }
}
