import type { DeclaredVariable, LayerInput, StackVariables } from "./layer-input.ts";
import { valueFor, valueOf, type User, type Users, type ValueSource } from "./layer-values.ts";
import { isSecretName } from "./secrets.ts";
import type { VariableUse } from "./variable.ts";

/** One variable of a root with the value that counts. */
export interface LayeredVariable {
  readonly name: string;
  readonly value?: string;
  readonly source?: ValueSource;
  /** The stack's own file that sets it, relative to the root, where that is where it comes from. */
  readonly sourceFile?: string;
  /** What `dockfra.yaml`, else the first Compose file that says something, has where nobody gives a value; as written. */
  readonly default?: string;
  /** Whether some stack cannot start because the value is missing. */
  readonly missing: boolean;
  /** Whether somebody gives it a value, and nobody uses it. */
  readonly unused: boolean;
  readonly secret: boolean;
  /** Stacks that use it. */
  readonly stacks: readonly string[];
  /** Stacks that cannot start without it. */
  readonly requiredFor: readonly string[];
  readonly message?: string;
  readonly uses: readonly VariableUse[];
  readonly declared?: DeclaredVariable;
}

/**
 * Lays the sources of values over each other: defaults of the Compose files, `dockfra.yaml`, the stacks' own `.env`,
 * `dockfra/.env`, the environment. Lists what `dockfra.yaml` or a stack names, and what the env files hold beside.
 */
export function layerVariables(input: LayerInput): readonly LayeredVariable[] {
  const found = usersByName(input.stacks);
  const names = [
    ...Object.keys(input.declared ?? {}),
    ...[...found.keys()].toSorted(),
    ...input.stacks.flatMap(({ unused = [] }) => unused),
    ...(input.envFile?.keys() ?? []),
  ];
  return [...new Set(names)].map((name) => layer(name, input, found));
}

function usersByName(stacks: readonly StackVariables[]): Users {
  const found = new Map<string, User[]>();
  for (const stack of stacks) {
    for (const variable of stack.variables) {
      const users = found.get(variable.name) ?? [];
      users.push({ stack, variable });
      found.set(variable.name, users);
    }
  }
  return found;
}

function layer(name: string, input: LayerInput, found: Users): LayeredVariable {
  const users = found.get(name) ?? [];
  const declared = ownEntry(input.declared, name);
  const chosen = valueOf(name, input, found);
  const required = users.filter(({ variable }) => variable.required).map(({ stack }) => stack.name);
  const requiredFor = [...new Set([...required, ...(declared?.required_for ?? [])])];
  const written =
    declared?.default ?? users.find(({ variable }) => variable.default !== undefined)?.variable.default;
  const message = users.find(({ variable }) => variable.message !== undefined)?.variable.message;
  return {
    name,
    ...chosen,
    ...(written === undefined ? {} : { default: written }),
    missing: requiredFor.some((stack) => (valueFor(stack, name, input, found)?.value ?? "") === ""),
    unused: isUnused(name, input, users),
    secret: isSecretName(name) || declared?.type === "password" || declared?.type === "secret",
    stacks: [...new Set(users.map(({ stack }) => stack.name))],
    requiredFor,
    ...(message === undefined ? {} : { message }),
    uses: users.flatMap(({ variable }) => variable.uses),
    ...(declared === undefined ? {} : { declared }),
  };
}

function isUnused(
  name: string,
  { stacks, envFile, isUsedElsewhere }: LayerInput,
  users: readonly User[],
): boolean {
  const isSet = envFile?.has(name) === true || stacks.some(({ unused }) => unused?.includes(name) === true);
  const isInherited = stacks.some(({ inherited }) => inherited?.includes(name) === true);
  return isSet && users.length === 0 && !isInherited && isUsedElsewhere?.(name) !== true;
}

/** The entry of a record that is its own. */
function ownEntry<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
