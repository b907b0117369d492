import type { FixOffer } from "../../fix/plan.ts";
import { isOwnSecret } from "../../suggest/secret-kind.ts";
import { eachStack } from "../finding.ts";

/** Required variables that nobody gives a value. */
export const missingValues = eachStack(({ name: stack, missing }, { variables }) =>
  missing.map((name) => {
    const variable = variables.get(name);
    const canMake = variable?.secret === true && variable.writable && isOwnSecret(name);
    return {
      code: "value_missing",
      severity: "error" as const,
      params: { name, stacks: stack },
      fixes: canMake ? [makeSecret(name)] : [],
    };
  }),
);

/** What Compose refuses for any other reason. */
export const refusedFiles = eachStack(({ name: stack, refusal }) =>
  refusal === undefined
    ? []
    : [
        {
          code: "compose_refuses",
          severity: "error" as const,
          params: { stack, why: refusal.replace(/\.$/, "") },
        },
      ],
);

function makeSecret(name: string): FixOffer {
  return {
    code: "fix_secret_generate",
    params: { name },
    safe: true,
    steps: [{ do: "env", values: { [name]: null } }],
    services: [],
  };
}
