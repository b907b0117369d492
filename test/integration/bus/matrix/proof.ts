import { chatty, switches } from "./switches.ts";
import { drawSome, killAlone, killExport, killInRounds, killTogether, type Killed } from "./kill.ts";
import { additions, exportRemovals, openings, removals } from "./mutants.ts";
import type { Stage } from "./stage.ts";

/** Most mutants of one principal and kind in the server at the same time. */
export const roundSize = 100;

/** Every mutant there is, by how it is tried. */
export function everyMutant() {
  return {
    together: [...removals(), ...additions(), ...chatty()],
    wide: openings(),
    exports: exportRemovals(),
    switches: switches(),
  } as const;
}

/** Tries every mutant, and then a few alone by the cells of everybody. */
export async function killAll(
  stage: Stage,
  { seed, alone }: { readonly seed: number; readonly alone: number },
): Promise<{ all: Killed[]; alone: Killed[] }> {
  const mutants = everyMutant();
  const all = await killInRounds(stage, mutants.together, roundSize);
  // these are about each other's cells
  all.push(...(await killInRounds(stage, mutants.wide, 1)));
  for (const mutant of mutants.exports) all.push(await killExport(stage, mutant));
  for (const mutant of mutants.switches) all.push(await killTogether(stage, mutant));
  const drawn: Killed[] = [];
  for (const mutant of drawSome([...mutants.together, ...mutants.wide], alone, seed))
    drawn.push(await killAlone(stage, mutant));
  return { all, alone: drawn };
}
