import { isSecretName } from "./secrets.ts";
import { substitute } from "./templates.ts";
import type { Variable, VariableUse } from "./variable.ts";

/** Where a value comes from, weakest first. */
export const valueSources = ["discovered", "project_file", "env_file", "environment"] as const;
export type ValueSource = (typeof valueSources)[number];

/** What `dockfra.yaml` says of a variable. */
export interface DeclaredVariable {
  readonly label?: string | undefined;
  readonly group?: string | undefined;
  readonly type?: string | undefined;
  readonly desc?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly default?: string | undefined;
  readonly required_for?: readonly string[] | undefined;
  readonly autodetect?: string | boolean | undefined;
  readonly options?: readonly unknown[] | undefined;
}

/** A stack's name with its variables, as discovery gives them. */
export interface StackVariables {
  readonly name: string;
  readonly variables: readonly Variable[];
}

export interface LayerInput {
  readonly stacks: readonly StackVariables[];
  /** What was found out about the host, by name; stronger than a Compose file's default. */
  readonly autodetected?: ReadonlyMap<string, string>;
  /** `dockfra.yaml`, section `env`. */
  readonly declared?: Readonly<Record<string, DeclaredVariable>>;
  /** `dockfra/.env`. */
  readonly envFile?: ReadonlyMap<string, string>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** One variable of a root with the value that counts. */
export interface LayeredVariable {
  readonly name: string;
  readonly value?: string;
  readonly source?: ValueSource;
  /** What `dockfra.yaml`, else the first Compose file that says something, has where nobody gives a value; as written. */
  readonly default?: string;
  /** Whether some stack cannot start because the value is missing. */
  readonly missing: boolean;
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
 * Lays the sources of values over each other: defaults of the Compose files, `dockfra.yaml`, `dockfra/.env`, the
 * environment. Lists what `dockfra.yaml` or a stack names, and what `dockfra/.env` holds beside.
 */
export function layerVariables(input: LayerInput): readonly LayeredVariable[] {
  const found = usersByName(input.stacks);
  const names = [
    ...Object.keys(input.declared ?? {}),
    ...[...found.keys()].toSorted(),
    ...(input.envFile?.keys() ?? []),
  ];
  return [...new Set(names)].map((name) => layer(name, input, found));
}

interface User {
  readonly stack: string;
  readonly variable: Variable;
}
type Users = ReadonlyMap<string, readonly User[]>;

function usersByName(stacks: readonly StackVariables[]): Users {
  const found = new Map<string, User[]>();
  for (const stack of stacks) {
    for (const variable of stack.variables) {
      const users = found.get(variable.name) ?? [];
      users.push({ stack: stack.name, variable });
      found.set(variable.name, users);
    }
  }
  return found;
}

/** The values of all variables that have one, for starting a stack. */
export function toEnvironment(variables: readonly LayeredVariable[]): ReadonlyMap<string, string> {
  return new Map(
    variables.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])),
  );
}

function layer(name: string, input: LayerInput, found: Users): LayeredVariable {
  const users = found.get(name) ?? [];
  const declared = ownEntry(input.declared, name);
  const chosen = valueOf(name, input, found, 0);
  const required = users.filter(({ variable }) => variable.required).map(({ stack }) => stack);
  const requiredFor = [...new Set([...required, ...(declared?.required_for ?? [])])];
  const written =
    declared?.default ?? users.find(({ variable }) => variable.default !== undefined)?.variable.default;
  const message = users.find(({ variable }) => variable.message !== undefined)?.variable.message;
  return {
    name,
    ...chosen,
    ...(written === undefined ? {} : { default: written }),
    missing: requiredFor.length > 0 && (chosen?.value ?? "") === "",
    secret: isSecretName(name) || declared?.type === "password" || declared?.type === "secret",
    stacks: [...new Set(users.map(({ stack }) => stack))],
    requiredFor,
    ...(message === undefined ? {} : { message }),
    uses: users.flatMap(({ variable }) => variable.uses),
    ...(declared === undefined ? {} : { declared }),
  };
}

// defaults may name each other in a circle
const maxDefaultDepth = 10;

interface ChosenValue {
  readonly value: string;
  readonly source: ValueSource;
}

function valueOf(name: string, input: LayerInput, found: Users, depth: number): ChosenValue | undefined {
  const fromProcess = ownEntry(input.environment, name);
  if (fromProcess !== undefined) return { value: fromProcess, source: "environment" };
  const fromFile = input.envFile?.get(name);
  if (fromFile !== undefined) return { value: fromFile, source: "env_file" };
  const fromProject = ownEntry(input.declared, name)?.default;
  if (fromProject !== undefined) return { value: fromProject, source: "project_file" };
  const fromHost = input.autodetected?.get(name);
  if (fromHost !== undefined) return { value: fromHost, source: "discovered" };
  const written = found.get(name)?.find(({ variable }) => variable.default !== undefined)?.variable.default;
  if (written === undefined || depth > maxDefaultDepth) return undefined;
  const filled = substitute(written, (other) => valueOf(other, input, found, depth + 1)?.value);
  return filled.ok ? { value: filled.text, source: "discovered" } : undefined;
}

function ownEntry<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
