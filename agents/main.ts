import { dirname, join } from "node:path";
import type { Logger } from "../bus/kernel/log.ts";
import type { Role } from "../bus/messages/principals.ts";
import type { WorkerBus } from "../bus/ports/bus.ts";
import { serveContainer } from "./container/container-agent.ts";
import { trustRepositories } from "./container/trusted-repositories.ts";
import { createContainerSandbox, createProcessSandbox } from "./container/sandbox.ts";
import { gitConfigPath, type ContainerPlace } from "./container/place.ts";
import { createLocalDoor } from "./door/local.ts";
import { createHostFetch } from "./monitor/host-fetch.ts";
import type { RoleOptions } from "./role-options.ts";
import { loadRole } from "./role-loader.ts";
import { runAgent } from "./runtime/agent.ts";
import { serveRoleQuestions } from "./runtime/role-questions.ts";
import { createPatientClient } from "./runtime/patient-client.ts";

export interface RunRoleOptions extends Pick<RoleOptions, "stateDir" | "instance"> {
  readonly bus: WorkerBus;
  readonly log: Logger;
  /** Ends the role: what is in hand is handed back. */
  readonly signal: AbortSignal;
  readonly role: Role;
  /** Name of the installation; default: as the environment says. */
  readonly prefix?: string;
  /** Default: the directory that the state directory is in. */
  readonly root?: string;
  /** Where things are in the role's container; without it the role is a process among others of one user. */
  readonly container?: ContainerPlace;
}

/** How many commands each role has in hand at once: tests and engines are heavy, decisions are not. */
const maxInHand: Readonly<Record<Role, number>> = { manager: 8, developer: 2, monitor: 4, autopilot: 8 };

/** Runs one role until the signal; resolves when what it had in hand is done or handed back. */
export async function runRole(given: RunRoleOptions): Promise<void> {
  const { role, bus, log, signal, instance, stateDir, root = dirname(stateDir), container } = given;
  const { prefix = process.env["DOCKFRA_PREFIX"] ?? "dockfra" } = given;
  const createParts = await loadRole(role);
  const patient = createPatientClient(bus, { signal });
  const client = container
    ? trustRepositories(patient, { path: gitConfigPath(container), stateDir })
    : patient;
  const sandbox = container
    ? createContainerSandbox({ place: container, instance })
    : createProcessSandbox(join(stateDir, "developer", instance, "home"));
  const tell: WorkerBus["tell"] = (entry) => bus.tell(entry);
  // the app answers on the host's loopback, which a container does not have
  const fetchPage = container && role === "monitor" ? createHostFetch(client) : undefined;
  const { handlers, operations, handOver, beside } = createParts({
    ...{ client, stateDir, root, instance, sandbox, tell, log },
    ...(fetchPage ? { fetchPage } : {}),
  });
  const working = runAgent({
    worker: role,
    instance,
    bus,
    log,
    signal,
    handlers,
    ...(handOver ? { handOver } : {}),
    maxInHand: maxInHand[role],
  });
  const contained = container
    ? serveContainer({ bus, operations, place: container, log, signal })
    : undefined;
  const besides = beside?.({ bus, prefix, signal, hasContainer: container !== undefined });
  const shell = serveRoleQuestions({
    ...{ role, bus, signal },
    door: createLocalDoor({ bus, operations }, signal),
    hasContainer: container !== undefined,
  });
  await Promise.all([working, contained, besides, shell]);
}
