import type { LayerInput, StackVariables } from "./layer-input.ts";
import { substitute } from "./templates.ts";
import type { Variable } from "./variable.ts";

/** Where a value comes from, weakest first; a stack's own `.env` counts as discovered. */
export const valueSources = ["discovered", "project_file", "env_file", "environment"] as const;
export type ValueSource = (typeof valueSources)[number];

/** A stack that uses a variable, and how. */
export interface User {
  readonly stack: StackVariables;
  readonly variable: Variable;
}
export type Users = ReadonlyMap<string, readonly User[]>;

export interface ChosenValue {
  readonly value: string;
  readonly source: ValueSource;
  /** The stack's own file that sets it, relative to the root. */
  readonly sourceFile?: string;
}

// defaults may name each other in a circle
const maxDefaultDepth = 10;

/** The value of a variable that counts, and where it comes from; of the stacks' own the first. */
export function valueOf(name: string, input: LayerInput, found: Users, depth = 0): ChosenValue | undefined {
  return sharedValue(name, input) ?? firstOwnValue(name, input, found) ?? fallback(name, input, found, depth);
}

/** The value that one stack gets; another's own `.env` does not count. */
export function valueFor(
  stack: string,
  name: string,
  input: LayerInput,
  found: Users,
): ChosenValue | undefined {
  const own = input.stacks.find((one) => one.name === stack);
  return sharedValue(name, input) ?? ownValue(name, own) ?? fallback(name, input, found, 0);
}

/** A value that counts for every stack. */
function sharedValue(name: string, { environment, envFile }: LayerInput): ChosenValue | undefined {
  const fromProcess =
    environment !== undefined && Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (fromProcess !== undefined) return { value: fromProcess, source: "environment" };
  const fromFile = envFile?.get(name);
  return fromFile === undefined ? undefined : { value: fromFile, source: "env_file" };
}

function firstOwnValue(name: string, { stacks }: LayerInput, found: Users): ChosenValue | undefined {
  const users = found.get(name)?.map(({ stack }) => stack);
  for (const stack of users ?? stacks.filter(({ unused }) => unused?.includes(name) === true)) {
    const value = ownValue(name, stack);
    if (value !== undefined) return value;
  }
  return undefined;
}

function ownValue(name: string, stack: StackVariables | undefined): ChosenValue | undefined {
  const value = stack?.values?.get(name);
  const [file] = stack?.envFiles ?? [];
  if (value === undefined) return undefined;
  return { value, source: "discovered", ...(file === undefined ? {} : { sourceFile: file }) };
}

/** What stands in where nobody gives a value. */
function fallback(name: string, input: LayerInput, found: Users, depth: number): ChosenValue | undefined {
  const { declared = {}, autodetected } = input;
  const fromProject = Object.hasOwn(declared, name) ? declared[name]?.default : undefined;
  if (fromProject !== undefined) return { value: fromProject, source: "project_file" };
  const fromHost = autodetected?.get(name);
  if (fromHost !== undefined) return { value: fromHost, source: "discovered" };
  const written = found.get(name)?.find(({ variable }) => variable.default !== undefined)?.variable.default;
  if (written === undefined || depth > maxDefaultDepth) return undefined;
  const filled = substitute(written, (other) => valueOf(other, input, found, depth + 1)?.value);
  return filled.ok ? { value: filled.text, source: "discovered" } : undefined;
}
