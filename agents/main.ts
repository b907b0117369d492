import { dirname } from "node:path";
import type { Logger } from "../bus/kernel/log.ts";
import type { Role } from "../bus/messages/principals.ts";
import type { WorkerBus } from "../bus/ports/bus.ts";
import { engineAnswers } from "../stacks/targets/compose/docker-cli.ts";
import { selectTarget } from "../stacks/targets/select-target.ts";
import { serveContainer } from "./container/container-agent.ts";
import { createContainerSandbox, createProcessSandbox } from "./container/sandbox.ts";
import type { ContainerPlace } from "./container/place.ts";
import { createDecide } from "./autopilot/decide.ts";
import { developerHandlers } from "./developer/role.ts";
import { homeDir } from "./developer/services.ts";
import { managerHandlers } from "./manager/role.ts";
import { monitorHandlers } from "./monitor/role.ts";
import { serveStackService } from "./monitor/stack-service/serve.ts";
import type { TargetChoice } from "./monitor/services.ts";
import type { RoleOptions } from "./role-options.ts";
import { runAgent } from "./runtime/agent.ts";
import { createPatientClient } from "./runtime/patient-client.ts";
import type { Handlers } from "./runtime/handlers.ts";

export interface RunRoleOptions extends Pick<RoleOptions, "stateDir" | "instance"> {
  readonly bus: WorkerBus;
  readonly log: Logger;
  /** Ends the role: what is in hand is handed back. */
  readonly signal: AbortSignal;
  readonly role: Role;
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
  const client = createPatientClient(bus, { signal });
  const sandbox = container
    ? createContainerSandbox({ place: container, instance })
    : createProcessSandbox(homeDir(stateDir, instance));
  const handlers = handlersOf(role, { client, stateDir, root, instance, sandbox });
  const working = runAgent({
    worker: role,
    instance,
    bus,
    log,
    signal,
    handlers,
    maxInHand: maxInHand[role],
  });
  const answering = role === "monitor" ? serveStackService({ bus, root, stateDir, signal }) : undefined;
  const contained = container
    ? serveContainer({ role, bus, operations: {}, place: container, log, signal })
    : undefined;
  await Promise.all([working, answering, contained]);
}

function handlersOf(role: Role, options: RoleOptions): Handlers {
  switch (role) {
    case "manager":
      return managerHandlers(options);
    case "developer":
      return developerHandlers(options);
    case "monitor":
      return monitorHandlers(options, targetChoice(options));
    case "autopilot":
      return { "autopilot.decide": createDecide() };
  }
}

function targetChoice({ root, stateDir }: RoleOptions): TargetChoice {
  return async (project, stack, releaseDir) => {
    const engineAvailable = await engineAnswers();
    return selectTarget(project, stack.name, {
      root,
      stateDir,
      engineAvailable,
      ...(releaseDir === undefined ? {} : { releaseDir }),
    }).target;
  };
}
