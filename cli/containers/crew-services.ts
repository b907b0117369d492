import { roles } from "../../bus/messages/principals.ts";
import type { Doors } from "./doors.ts";
import type { Engine } from "./engine.ts";
import type { HostPort } from "./host-ports.ts";
import { agentUidOf } from "./role-places.ts";

/** Dockfra's own stacks that a start brings up. */
export const crewStacks = ["management", "app"] as const;

/** The services that have to be healthy before the crew is ready. */
export function servicesOf(profiles: readonly string[]): string[] {
  return [...roles.map((role) => `ssh-${role}`), ...(profiles.includes("desktop") ? ["desktop"] : [])];
}

export interface CrewPlace {
  readonly root: string;
  readonly stateDir: string;
  readonly prefix: string;
  readonly engine: Engine;
  readonly ports: Readonly<Record<HostPort, number>>;
  /** Port of the page on this machine. */
  readonly pagePort: number;
  readonly servers?: string;
}

/** The variables of the blueprints; secrets are never among them. */
export function crewEnv(
  { root, stateDir, prefix, engine, ports, pagePort, servers }: CrewPlace,
  { host, bus, page }: Pick<Doors, "host" | "bus" | "page">,
): Record<string, string | number> {
  return {
    DOCKFRA_PREFIX: prefix,
    DOCKFRA_ROOT: root,
    DOCKFRA_STATE: stateDir,
    DOCKFRA_SERVERS: servers ?? `nats://${host}:${bus.port}`,
    DOCKFRA_AGENT_UID: agentUidOf("developer", engine),
    DOCKFRA_MONITOR_UID: agentUidOf("monitor", engine),
    DOCKFRA_PAGE: `http://${host}:${page.port}`,
    DOCKFRA_PAGE_PORT: pagePort,
    DOCKER_SOCKET: engine.socketPath,
    ...ports,
  };
}
