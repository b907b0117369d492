import { roles } from "../../bus/messages/principals.ts";
import { ensureSshKeys } from "../ssh/keys.ts";
import { placeRoleKeys } from "../ssh/role-keys.ts";
import type { Engine } from "./engine.ts";
import { readHostPorts, type HostPort } from "./host-ports.ts";
import { agentUidOf } from "./role-places.ts";

export interface KeyPlaces {
  readonly stateDir: string;
  readonly prefix: string;
  readonly engine: Pick<Engine, "rootless">;
  readonly ports: Readonly<Record<HostPort, number>>;
}

/** Makes the keys of SSH that are missing, pins the host keys under these ports, and gives each role its own. */
export async function placeKeys({ stateDir, prefix, engine, ports }: KeyPlaces): Promise<void> {
  const { SSH_RPI3_PORT: device } = await readHostPorts(stateDir, { SSH_RPI3_PORT: 2224 });
  await ensureSshKeys({
    stateDir,
    prefix,
    ports: {
      developer: ports.SSH_DEVELOPER_PORT,
      manager: ports.SSH_MANAGER_PORT,
      monitor: ports.SSH_MONITOR_PORT,
      autopilot: ports.SSH_AUTOPILOT_PORT,
      device,
    },
  });
  await Promise.all(
    roles.map((role) => placeRoleKeys(role, { stateDir, prefix, agentUid: agentUidOf(role, engine) })),
  );
}
