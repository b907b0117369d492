import { existsSync } from "node:fs";
import { invalidInput, unavailable, type DockfraError } from "../../../bus/kernel/errors.ts";
import { ownSource } from "../compose/compose-files.ts";
import type { ReadyOptions } from "../compose/compose-project.ts";
import { nameTaken } from "../compose/up-failure.ts";
import { listUncarried, type ResolvedConfig } from "./stack-file.ts";

/** What an engine says of its swarm, and of what runs there under a stack's name. */
export interface SwarmFacts {
  /** Machines in the swarm. */
  readonly nodes: number;
  /** Services of the stack's name that somebody else deployed. */
  readonly strangers: readonly string[];
  /** Whether a Compose project of that name is on the engine. */
  readonly hasProject: boolean;
}

export interface DeployableOptions extends Omit<ReadyOptions, "config"> {
  readonly project: string;
  readonly config: ResolvedConfig;
}

/** Makes sure that an engine manages a swarm. @throws `swarm_inactive`, `swarm_not_manager` */
export function assertManager(
  { state, isManager }: { readonly state: string; readonly isManager: boolean },
  stack: string,
): void {
  if (state !== "active")
    throw unavailable(
      "swarm_inactive",
      `"${stack}" is for a swarm, and the engine is in none. Run: docker swarm init`,
      { params: { stack }, retryable: false },
    );
  if (!isManager)
    throw unavailable(
      "swarm_not_manager",
      `"${stack}" is for a swarm, and the engine is only a worker of one. Run Dockfra on a manager, or make this one a manager: docker node promote`,
      { params: { stack }, retryable: false },
    );
}

/**
 * Makes sure that a stack can run on a swarm, before anything is changed, and lists what of it is left out.
 * @throws `swarm_name_taken`, `swarm_unsupported`, `swarm_image_local`, `swarm_snapshot`, `swarm_mount_missing`
 */
export function assertDeployable(facts: SwarmFacts, options: DeployableOptions): string[] {
  const { stack, project, config, hasSnapshot } = options;
  const { strangers, hasProject, nodes } = facts;
  if (hasProject) throw nameTaken(stack, project, `docker compose -p ${project} down`);
  if (strangers.length > 0) throw nameTaken(stack, project, `docker stack rm ${project}`);
  const uncarried = listUncarried(config);
  const keys = uncarried.flatMap(({ key, matters }) => (matters ? [key] : []));
  if (keys.length > 0)
    throw invalidInput(
      "swarm_unsupported",
      `A swarm cannot run "${stack}" as it is: it does not know ${keys.join(", ")}. Take that out, or reset it in a Compose file that "files" in dockfra.yaml names last.`,
      { params: { stack, keys: keys.join(", ") } },
    );
  const built = Object.entries(config.services).find(
    ([, { build }]) => build !== undefined && build !== null,
  );
  if (nodes > 1 && built) throw imageLocal(stack, built[0]);
  if (nodes > 1 && hasSnapshot)
    throw invalidInput(
      "swarm_snapshot",
      `The data of "${stack}" may be on any of ${nodes} machines and cannot be kept. Take "snapshot" out of dockfra.yaml and back it up by other means.`,
      { params: { stack, nodes } },
    );
  const path = findMissingMount(options);
  if (path !== undefined)
    throw invalidInput(
      "swarm_mount_missing",
      `"${stack}" mounts ${path}, which is not there, and a swarm makes no directories. Run: mkdir -p ${path}`,
      { params: { stack, path } },
    );
  return uncarried.map(({ key }) => key);
}

/** Of the user's project only: other places may look different from here. */
function findMissingMount({ config, releaseDir, ownDir, root }: DeployableOptions): string | undefined {
  return Object.values(config.services)
    .flatMap(({ volumes }) => volumes)
    .flatMap(({ type, source = "" }) =>
      type === "bind" ? [ownSource(source, releaseDir, ownDir) ?? source] : [],
    )
    .find((source) => source.startsWith(`${root}/`) && !existsSync(source));
}

/** Says that machines of a swarm cannot get an image that only this one has. */
export function imageLocal(stack: string, service: string): DockfraError {
  return invalidInput(
    "swarm_image_local",
    `The other machines of the swarm cannot get the image of "${service}" in "${stack}", which was built here. Push it to a registry and name it with "image", without "build".`,
    { params: { stack, service } },
  );
}
