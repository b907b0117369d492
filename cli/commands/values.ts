import { InvalidArgumentError } from "commander";

/** Reads a TCP port. */
export function parsePort(value: string): number {
  return parseWhole(value, 1, 65_535, "a port is a number from 1 to 65535");
}

/** Reads a TCP port, or 0 for any free one. */
export function parsePortOrAny(value: string): number {
  return parseWhole(value, 0, 65_535, "a port is a number from 0 to 65535");
}

/** Reads a time limit in seconds. */
export function parseSeconds(value: string): number {
  return parseWhole(value, 1, 604_800, "a time limit is a whole number of seconds, at least 1");
}

/** Reads a count. */
export function parseCount(value: string): number {
  return parseWhole(value, 1, 1_000, "a count is a number from 1 to 1000");
}

/** Reads a sequence number. */
export function parseSequence(value: string): number {
  return parseWhole(value, 1, Number.MAX_SAFE_INTEGER, "a sequence number is a whole number, at least 1");
}

/** Reads the name of an environment, as `production`. */
export function parseEnvironment(value: string): string {
  if (/^[a-z][a-z0-9_-]{0,30}$/.test(value)) return value;
  throw new InvalidArgumentError("an environment is a word of small letters, as production.");
}

/** Collects an option that may be given again. */
export function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

function parseWhole(value: string, least: number, most: number, what: string): number {
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new InvalidArgumentError(`${what}.`);
}
