import type { RoleOptions } from "../role-options.ts";
import type { Handlers } from "../runtime/handlers.ts";
import { createDeploy } from "./deploy.ts";
import { createRestore } from "./restore.ts";
import type { MonitorServices, TargetChoice } from "./services.ts";
import { createVerify } from "./verify.ts";

/** The monitor's commands. */
export function monitorHandlers(
  { client, stateDir, root, instance, sandbox, fetchPage }: RoleOptions,
  chooseTarget: TargetChoice,
): Handlers {
  const services: MonitorServices = {
    client,
    stateDir,
    root,
    instance,
    chooseTarget,
    sandbox,
    ...(fetchPage ? { fetchPage } : {}),
  };
  return {
    "monitor.deploy": createDeploy(services),
    "monitor.verify": createVerify(services),
    "monitor.restore": createRestore(services),
  };
}
