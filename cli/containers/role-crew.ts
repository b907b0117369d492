import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ErrorParams } from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import type { Role } from "../../bus/messages/principals.ts";
import { readEnvFile } from "../../stacks/env-file/env-file.ts";
import { startCrew, type Crew } from "./crew.ts";
import type { Engine } from "./engine.ts";
import { prepareGround } from "./ground.ts";
import type { HostPort } from "./host-ports.ts";

export interface RoleCrewOptions {
  readonly root: string;
  readonly stateDir: string;
  readonly prefix: string;
  readonly engine: Engine;
  readonly movePorts: boolean;
  readonly credsDir: string;
  readonly gateway: { readonly port: number };
  readonly external?: { readonly servers: string };
  readonly log: Logger;
  readonly tell: (code: string, params: ErrorParams) => void;
  readonly onNote: (text: string) => void;
  readonly signal: AbortSignal;
}

/** The roles in their containers, from the moment that their start begins. */
export interface RoleCrew {
  readonly sshPorts: Readonly<Record<Role, number>>;
  /** Says where the bus is, as `nats://127.0.0.1:4222`. */
  lead(servers: string): void;
  /** Resolves once all are healthy. @throws what the start fails with */
  ready(options: { readonly signal: AbortSignal; readonly onReady: (part: string) => void }): Promise<void>;
  /** Stops and removes them; they stay, stopped, where `dockfra stop` asked for that. */
  stop(): Promise<void>;
}

/** Name of the file by which `dockfra stop` asks that the containers stay. */
const keepMark = "keep-containers";

/** Where `dockfra stop` asks that the containers stay. */
export function keepMarkPath(stateDir: string): string {
  return join(stateDir, keepMark);
}

/**
 * Begins to start the roles' containers and goes on beside; what fails is thrown by `ready`.
 * @throws `port_taken`, `prefix_has_containers`, `prefix_is_project`, before anything is started
 */
export async function startRoleCrew(options: RoleCrewOptions): Promise<RoleCrew> {
  const { stateDir, external, onNote, signal, gateway, log } = options;
  await rm(keepMarkPath(stateDir), { force: true });
  const profiles = await readProfiles(stateDir);
  const { ports, moved, leftovers } = await prepareGround({ ...options, profiles });
  if (leftovers > 0) onNote(`an earlier run was killed; ${leftovers} containers that it left are removed`);
  for (const { name, from, to, holder } of moved) {
    onNote(`port ${from} is taken by ${holder}, so ${name}=${to} is used from now on (kept in dockfra/.env)`);
    options.tell("port_moved", { name, from, to, holder });
  }
  const local = external === undefined || isLoopback(external.servers);
  const starting = startCrew(
    {
      ...options,
      ports,
      profiles,
      pagePort: gateway.port,
      ...(external === undefined || local ? {} : { servers: external.servers }),
    },
    signal,
  );
  // seen by whoever waits for them
  starting.catch(() => undefined);
  return {
    sshPorts: sshPortsOf(ports),
    lead: (servers) => {
      if (!local) return;
      const { hostname, port } = new URL(servers.split(",")[0] ?? servers);
      const target = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) || 4222 };
      starting.then(
        (crew) => crew.lead(target),
        () => undefined,
      );
    },
    ready: async (waiting) => (await starting).untilReady(waiting),
    stop: async () => {
      const crew: Crew | undefined = await starting.catch(() => undefined);
      const keep = await access(keepMarkPath(stateDir)).then(
        () => true,
        () => false,
      );
      await crew?.stop({ keep });
      if (keep) log.info("the containers stay, stopped");
      await rm(keepMarkPath(stateDir), { force: true });
    },
  };
}

/** Ports of SSH by role. */
export function sshPortsOf(ports: Readonly<Record<HostPort, number>>): Readonly<Record<Role, number>> {
  return {
    manager: ports.SSH_MANAGER_PORT,
    developer: ports.SSH_DEVELOPER_PORT,
    monitor: ports.SSH_MONITOR_PORT,
    autopilot: ports.SSH_AUTOPILOT_PORT,
  };
}

/** Services that are started only where they are asked for, by `DOCKFRA_PROFILES` of the environment or `dockfra/.env`. */
async function readProfiles(stateDir: string): Promise<string[]> {
  const told =
    process.env["DOCKFRA_PROFILES"] ??
    (await readEnvFile(join(stateDir, ".env"))).get("DOCKFRA_PROFILES") ??
    "";
  return told.split(/[\s,]+/).filter((profile) => /^[a-z][a-z0-9-]{0,30}$/.test(profile));
}

function isLoopback(servers: string): boolean {
  return servers
    .split(",")
    .some((server) => /^[a-z]+:\/\/(?:[^@/]*@)?(?:127\.|localhost|\[::1\])/.test(server.trim()));
}
