import type { FixOffer } from "../../fix/plan.ts";
import { isOwnSecret } from "../../suggest/secret-kind.ts";
import type { VariableFacts } from "../facts.ts";
import { eachStack } from "../finding.ts";

/** Required variables that nobody gives a value. */
export const missingValues = eachStack(({ name: stack, missing }, { variables }) =>
  missing.map((name) => ({
    code: "value_missing",
    severity: "error" as const,
    params: { name, stacks: stack },
    fixes: fixesOf(variables.get(name)),
  })),
);

/** Variables that nobody gives a value and that have no default: the stack starts, often not as it is meant. */
export const emptyValues = eachStack(({ name: stack, empty = [] }, { variables }) =>
  empty.map((name) => ({
    code: "value_empty",
    severity: "warning" as const,
    params: { name, stack },
    fixes: fixesOf(variables.get(name)),
  })),
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

function fixesOf(variable: VariableFacts | undefined): FixOffer[] {
  const canMake = variable?.secret === true && variable.writable && isOwnSecret(variable.name);
  return canMake ? [makeSecret(variable.name)] : [];
}

function makeSecret(name: string): FixOffer {
  return {
    code: "fix_secret_generate",
    params: { name },
    safe: true,
    steps: [{ do: "env", values: { [name]: null } }],
    services: [],
  };
}
