import { createLlm } from "../llm/llm.ts";
import type { RoleParts, RolePartsOptions } from "../role-parts.ts";
import { createAsk } from "../shell/operations/ask.ts";
import { createDeveloper } from "./role.ts";

/** What the developer's agent is made of. */
export function developerParts(options: RolePartsOptions): RoleParts {
  const { client, stateDir } = options;
  const developer = createDeveloper(options);
  const llm = createLlm({ client, role: "developer", stateDir });
  return {
    ...developer,
    operations: { ask: createAsk("developer", { llm, client }), ...developer.operations },
  };
}
