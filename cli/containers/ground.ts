import { chooseHostPorts, type HostPort, type PortChoice } from "./host-ports.ts";
import { listContainers, refuseForeign, removeContainers, type Owner } from "./own-objects.ts";
import { findOtherProjects, refuseSameProject } from "./project-names.ts";

export interface GroundOptions extends Owner {
  readonly stateDir: string;
  readonly profiles: readonly string[];
  /** Take the next free port where one is taken. */
  readonly movePorts: boolean;
}

/** What a start has before it begins. */
export interface Ground extends PortChoice {
  /** How many containers of a killed run were removed. */
  readonly leftovers: number;
}

/**
 * Clears away what a killed run left on the engine, and finds the ports for the new one.
 * @throws `prefix_has_containers`, `prefix_is_project`, `port_taken`, `port_invalid`
 */
export async function prepareGround({
  prefix,
  root,
  stateDir,
  profiles,
  movePorts,
}: GroundOptions): Promise<Ground> {
  const [containers, others] = await Promise.all([listContainers(prefix), findOtherProjects()]);
  refuseForeign(containers, { prefix, root });
  refuseSameProject(prefix, others);
  // devices have a life of their own
  const left = containers.filter(
    ({ state, project }) => state !== "exited" && state !== "created" && project !== `${prefix}-devices`,
  );
  await removeContainers(
    left.map(({ id }) => id),
    { graceMs: 1_000 },
  );
  const choice = await chooseHostPorts({ stateDir, names: publishedBy(profiles), move: movePorts });
  return { ...choice, leftovers: left.length };
}

function publishedBy(profiles: readonly string[]): HostPort[] {
  const always: HostPort[] = [
    "SSH_DEVELOPER_PORT",
    "SSH_MONITOR_PORT",
    "SSH_MANAGER_PORT",
    "SSH_AUTOPILOT_PORT",
  ];
  return profiles.includes("desktop") ? [...always, "DESKTOP_PORT"] : always;
}
