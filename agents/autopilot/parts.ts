import { createLlm } from "../llm/llm.ts";
import type { RoleParts, RolePartsOptions } from "../role-parts.ts";
import { createAsk } from "../shell/operations/ask.ts";
import { createDecide } from "./decide.ts";
import { pilotOperations } from "./pilot-operations.ts";
import { openPilotStore } from "./pilot-state.ts";

/** What the autopilot's agent is made of. */
export function autopilotParts({ client, stateDir, tell }: RolePartsOptions): RoleParts {
  const store = openPilotStore(stateDir);
  const source = { llm: createLlm({ client, role: "autopilot", stateDir }), client };
  return {
    handlers: { "autopilot.decide": createDecide(store) },
    operations: {
      ask: createAsk("autopilot", source),
      ...pilotOperations({ client, store, source, tell }),
    },
  };
}
