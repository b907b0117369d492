import { existsSync } from "node:fs";
import { invalidInput, unavailable, type DockfraError } from "../../../bus/kernel/errors.ts";
import { ownSource } from "../compose/compose-files.ts";
import type { Readiness, ReadyOptions } from "../compose/compose-project.ts";
import { nameTaken } from "../compose/up-failure.ts";
import { listUncarried, type ResolvedConfig } from "./stack-file.ts";

/** What an engine says of its swarm, and of what runs there under a stack's name. */
export interface SwarmFacts {
  /** Of the engine in a swarm: `active`, `inactive`. */
  readonly state: string;
  readonly isManager: boolean;
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

/** Lists all that keeps a stack from running on a swarm, the engine first, and what of it is left out; nothing is changed. */
export function checkDeployable(facts: SwarmFacts, options: DeployableOptions): Readiness {
  const { stack, project, config } = options;
  const { strangers, hasProject } = facts;
  const uncarried = listUncarried(config);
  const keys = uncarried.flatMap(({ key, matters }) => (matters ? [key] : []));
  const obstacles = [
    notManager(facts, stack),
    hasProject ? nameTaken(stack, project, `docker compose -p ${project} down`) : undefined,
    strangers.length > 0 ? nameTaken(stack, project, `docker stack rm ${project}`) : undefined,
    keys.length > 0 ? unsupported(stack, keys) : undefined,
    ...notOnOthers(facts, options),
    mountMissing(options),
  ];
  return {
    obstacles: obstacles.filter((error) => error !== undefined),
    leftOut: uncarried.map(({ key }) => key),
  };
}

function notManager({ state, isManager }: SwarmFacts, stack: string): DockfraError | undefined {
  if (state !== "active")
    return unavailable(
      "swarm_inactive",
      `"${stack}" is for a swarm, and the engine is in none. Run: docker swarm init`,
      { params: { stack }, retryable: false },
    );
  if (isManager) return undefined;
  return unavailable(
    "swarm_not_manager",
    `"${stack}" is for a swarm, and the engine is only a worker of one. Run Dockfra on a manager, or make this one a manager: docker node promote`,
    { params: { stack }, retryable: false },
  );
}

function unsupported(stack: string, keys: readonly string[]): DockfraError {
  return invalidInput(
    "swarm_unsupported",
    `A swarm cannot run "${stack}" as it is: it does not know ${keys.join(", ")}. Take that out, or reset it in a Compose file that "files" in dockfra.yaml names last.`,
    { params: { stack, keys: keys.join(", ") } },
  );
}

/** What was built here is on one machine, and so is data. */
function notOnOthers(
  { nodes }: SwarmFacts,
  { stack, config, hasSnapshot }: DeployableOptions,
): DockfraError[] {
  if (nodes <= 1) return [];
  const built = Object.entries(config.services).flatMap(([name, { build }]) =>
    build === undefined || build === null ? [] : [imageLocal(stack, name)],
  );
  if (!hasSnapshot) return built;
  const snapshot = invalidInput(
    "swarm_snapshot",
    `The data of "${stack}" may be on any of ${nodes} machines and cannot be kept. Take "snapshot" out of dockfra.yaml and back it up by other means.`,
    { params: { stack, nodes } },
  );
  return [...built, snapshot];
}

function mountMissing(options: DeployableOptions): DockfraError | undefined {
  const { stack } = options;
  const path = findMissingMount(options);
  if (path === undefined) return undefined;
  return invalidInput(
    "swarm_mount_missing",
    `"${stack}" mounts ${path}, which is not there, and a swarm makes no directories. Run: mkdir -p ${path}`,
    { params: { stack, path } },
  );
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
