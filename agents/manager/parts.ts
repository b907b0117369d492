import { createLlm } from "../llm/llm.ts";
import type { RoleParts, RolePartsOptions } from "../role-parts.ts";
import { createAsk } from "../shell/operations/ask.ts";
import { makePlan } from "../shell/operations/plan.ts";
import { managerHandlers } from "./role.ts";

/** What the manager's agent is made of. */
export function managerParts(options: RolePartsOptions): RoleParts {
  const { client, stateDir } = options;
  const source = { llm: createLlm({ client, role: "manager", stateDir }), client };
  return {
    handlers: managerHandlers(options),
    operations: {
      ask: createAsk("manager", source),
      plan: (input, context) => makePlan(source, input, context),
    },
  };
}
