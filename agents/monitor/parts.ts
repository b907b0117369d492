import { engineAnswers } from "../../stacks/targets/compose/docker-cli.ts";
import { selectTarget } from "../../stacks/targets/select-target.ts";
import { createLlm } from "../llm/llm.ts";
import type { RoleOptions } from "../role-options.ts";
import type { RoleParts, RolePartsOptions } from "../role-parts.ts";
import { createAsk } from "../shell/operations/ask.ts";
import { createLogAnalysis } from "../shell/operations/log-analysis.ts";
import { finishCutOffDeploys } from "./cut-off-deploys.ts";
import { monitorOperations } from "./operations.ts";
import { monitorHandlers } from "./role.ts";
import type { TargetChoice } from "./services.ts";
import { keepStackReach } from "./stack-reach.ts";
import { readNamedLog, serveStackService } from "./stack-service/serve.ts";

/** What the monitor's agent is made of. */
export function monitorParts(options: RolePartsOptions): RoleParts {
  const { client, stateDir, root, tell, log } = options;
  const source = { llm: createLlm({ client, role: "monitor", stateDir }), client };
  const services = { ...options, chooseTarget: targetChoice(options) };
  return {
    handlers: monitorHandlers(options, services.chooseTarget),
    operations: {
      ask: createAsk("monitor", source),
      ...monitorOperations(services),
      "log-analyze": createLogAnalysis(source, (name, lines) =>
        readNamedLog({ root, stateDir }, name, lines),
      ),
    },
    beside: async ({ bus, prefix, signal, hasContainer }) => {
      await Promise.all([
        serveStackService({
          ...{ bus, root, stateDir, signal, log, prefix, services },
          inContainer: hasContainer,
        }),
        hasContainer ? keepStackReach({ prefix, stateDir, log, signal }) : undefined,
        finishCutOffDeploys({ services: { ...services, tell }, log, signal }),
      ]);
    },
  };
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
