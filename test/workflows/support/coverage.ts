import type { Probe } from "./probe.ts";

/** Lists what of a chart was never used, in words. */
export function gapsOf(probe: Probe): readonly string[] {
  const { states, transitions, visited, taken, seenTrue, seenFalse, unused } = probe;
  const guarded = transitions.filter(({ guard }) => guard !== undefined);
  return [
    ...unused.map((name) => `never used: ${name}`),
    ...states.filter((path) => !visited.has(path)).map((path) => `never in ${path}`),
    ...transitions.filter(({ id }) => !taken.has(id)).map(({ id }) => `never taken: ${id}`),
    ...guarded.filter(({ id }) => !seenTrue.has(id)).map(({ id, guard }) => `${guard} never true: ${id}`),
    ...guarded.filter(({ id }) => !seenFalse.has(id)).map(({ id, guard }) => `${guard} never false: ${id}`),
  ];
}
