import type { LayeredVariable } from "../../../stacks/variables/layers.ts";

/** Tells which variables must not be shown: secrets by name or type, and whatever carries one inside. */
export interface SecretValues {
  isHidden(variable: LayeredVariable): boolean;
  /** Every value that must not be seen. */
  readonly values: readonly string[];
}

/** Shorter values are no secrets, and would hide ordinary words. */
const minLength = 6;
const credentialsInUrl = /^[a-z][a-z0-9+.-]*:\/\/[^/\s@]*:[^/\s@]+@/i;

/** Looks through the values of a project. */
export function findSecretValues(variables: readonly LayeredVariable[]): SecretValues {
  const named = variables.flatMap(({ secret, value }) => (secret && value !== undefined ? [value] : []));
  const long = named.filter((value) => value.length >= minLength);
  const isHidden = ({ secret, value }: LayeredVariable): boolean =>
    secret ||
    (value !== undefined && (credentialsInUrl.test(value) || long.some((hidden) => value.includes(hidden))));
  const carriers = variables.filter(isHidden).flatMap(({ value }) => (value === undefined ? [] : [value]));
  return { isHidden, values: [...new Set(carriers)] };
}
