import type { Logger } from "../bus/kernel/log.ts";
import type { Role } from "../bus/messages/principals.ts";
import type { FeedWriter } from "../bus/ports/feed.ts";
import { engineAnswers } from "../stacks/targets/compose/docker-cli.ts";
import { selectTarget } from "../stacks/targets/select-target.ts";
import { createDecide } from "./autopilot/decide.ts";
import { pilotOperations } from "./autopilot/pilot-operations.ts";
import { openPilotStore } from "./autopilot/pilot-state.ts";
import { createDeveloper } from "./developer/role.ts";
import type { Operations } from "./door/operations.ts";
import { createLlm } from "./llm/llm.ts";
import { managerHandlers } from "./manager/role.ts";
import { monitorOperations } from "./monitor/operations.ts";
import { monitorHandlers } from "./monitor/role.ts";
import type { MonitorServices, TargetChoice } from "./monitor/services.ts";
import { readNamedLog } from "./monitor/stack-service/serve.ts";
import type { RoleOptions } from "./role-options.ts";
import type { HandOver } from "./runtime/hand-over.ts";
import type { Handlers } from "./runtime/handlers.ts";
import { createAsk } from "./shell/operations/ask.ts";
import { createLogAnalysis } from "./shell/operations/log-analysis.ts";
import { makePlan } from "./shell/operations/plan.ts";

export interface RolePartsOptions extends RoleOptions {
  readonly tell: FeedWriter["tell"];
  readonly log: Logger;
}

/** What a role's agent does: commands of the bus, and what its shell asks of it. */
export interface RoleParts {
  readonly handlers: Handlers;
  readonly operations: Operations;
  readonly handOver?: HandOver;
  /** What the monitor's stack service deploys with; absent in other roles. */
  readonly services?: MonitorServices;
}

/** Makes the parts of one role. */
export function createRoleParts(role: Role, options: RolePartsOptions): RoleParts {
  const { client, stateDir, root, tell } = options;
  const llm = createLlm({ client, role, stateDir });
  const source = { llm, client };
  const ask = createAsk(role, source);
  switch (role) {
    case "manager":
      return {
        handlers: managerHandlers(options),
        operations: { ask, plan: (input, context) => makePlan(source, input, context) },
      };
    case "developer": {
      const developer = createDeveloper(options);
      return { ...developer, operations: { ask, ...developer.operations } };
    }
    case "monitor": {
      const chooseTarget = targetChoice(options);
      return {
        services: { ...options, chooseTarget },
        handlers: monitorHandlers(options, chooseTarget),
        operations: {
          ask,
          ...monitorOperations({ ...options, chooseTarget }),
          "log-analyze": createLogAnalysis(source, (name, lines) =>
            readNamedLog({ root, stateDir }, name, lines),
          ),
        },
      };
    }
    case "autopilot": {
      const store = openPilotStore(stateDir);
      return {
        handlers: { "autopilot.decide": createDecide(store) },
        operations: { ask, ...pilotOperations({ client, store, source, tell }) },
      };
    }
  }
}

function targetChoice({ root, stateDir, fetchPage }: RoleOptions): TargetChoice {
  return async (project, stack, releaseDir) => {
    const engineAvailable = await engineAnswers();
    return selectTarget(project, stack.name, {
      root,
      stateDir,
      engineAvailable,
      ...(releaseDir === undefined ? {} : { releaseDir }),
      ...(fetchPage === undefined ? {} : { fetchPage }),
    }).target;
  };
}
