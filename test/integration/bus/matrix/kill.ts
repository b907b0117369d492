import type { Principal } from "../../../../bus/messages/principals.ts";
import { principals } from "../../../../bus/messages/principals.ts";
import { planAccounts, type Account } from "../../../../bus/server/accounts.ts";
import type { Outcome } from "./cell.ts";
import type { Mutant } from "./mutants.ts";
import { isWithin, prefix } from "./oracle.ts";
import { tryAnswering, tryPulling } from "./answer-cells.ts";
import { parts, runAlone, runTogether, type Part } from "./run.ts";
import type { Stage } from "./stage.ts";

const planned = planAccounts(prefix);

/** A mutant with the cell that shows it; none: nothing noticed it. */
export interface Killed {
  readonly mutant: Mutant;
  readonly by: string | undefined;
}

/** Cuts a list into those that can be tried at once: at most `size` of one kind for each principal. */
function roundsOf(mutants: readonly Mutant[], size: number): Mutant[][] {
  const rounds = new Map<string, Mutant[]>();
  const counts = new Map<string, number>();
  for (const mutant of mutants) {
    const owner = `${mutant.kind} ${mutant.parts.join()} ${mutant.principal}`;
    const nth = counts.get(owner) ?? 0;
    counts.set(owner, nth + 1);
    const round = `${mutant.kind} ${mutant.parts.join()} ${Math.floor(nth / size)}`;
    rounds.set(round, [...(rounds.get(round) ?? []), mutant]);
  }
  return [...rounds.values()];
}

async function forget(stage: Stage): Promise<void> {
  await stage.settle();
  for (const principal of principals) stage.witness(principal).seen.clear();
}

async function runRound(stage: Stage, round: readonly Mutant[]): Promise<Killed[]> {
  const accounts = round.reduce<readonly Account[]>((now, mutant) => mutant.apply(now), planned);
  const refusal = await stage.reload(accounts);
  if (refusal) throw new Error(`The server refuses a mutant, of ${round[0]?.kind}: ${refusal}`);
  const wanted = new Map<Principal, Set<Part>>();
  for (const { principal, parts: needed } of round)
    for (const part of needed) wanted.set(principal, (wanted.get(principal) ?? new Set()).add(part));
  const faults: Outcome[] = [];
  for (const [principal, needed] of wanted) {
    const grants = round.filter((mutant) => mutant.principal === principal).map(({ covers }) => covers);
    const about = (subject: string): boolean => grants.some((grant) => isWithin(subject, grant));
    const outcomes = await runAlone(stage, principal, [...needed], about);
    faults.push(...outcomes.filter(({ fault }) => fault !== undefined));
  }
  await forget(stage);
  return round.map((mutant) => {
    const own = faults.find(
      (outcome) =>
        mutant.isAbout(outcome) && !round.some((other) => other !== mutant && other.isAbout(outcome)),
    );
    return { mutant, by: own && `${own.how} ${own.subject}: ${own.fault}` };
  });
}

/**
 * Tries mutants many at a time, and says for each which cell shows it. A fault counts only where no other mutant of
 * the round is about the same cell; what a round leaves open is tried again alone.
 */
export async function killInRounds(
  stage: Stage,
  mutants: readonly Mutant[],
  size: number,
): Promise<Killed[]> {
  const killed: Killed[] = [];
  for (const round of roundsOf(mutants, size)) killed.push(...(await runRound(stage, round)));
  const open = killed.filter(({ by }) => by === undefined);
  for (const round of size > 1
    ? roundsOf(
        open.map(({ mutant }) => mutant),
        1,
      )
    : []) {
    for (const again of await runRound(stage, round)) {
      const at = killed.findIndex(({ mutant }) => mutant === again.mutant);
      killed[at] = again;
    }
  }
  await stage.reload(planned);
  return killed;
}

/** Tries one mutant with nothing else changed, by the cells of all principals. */
export async function killAlone(stage: Stage, mutant: Mutant): Promise<Killed> {
  const refusal = await stage.reload(mutant.apply(planned));
  if (refusal) return { mutant, by: `the server refuses it: ${refusal}` };
  const faults: Outcome[] = [];
  for (const principal of principals) {
    const outcomes = await runAlone(stage, principal, parts);
    faults.push(...outcomes.filter(({ fault }) => fault !== undefined));
  }
  await forget(stage);
  const own = faults.find((outcome) => mutant.isAbout(outcome));
  return { mutant, by: own && `${own.how} ${own.subject}: ${own.fault}` };
}

/** Tries one mutant by the cells that take several principals, and the server's own list. */
export async function killTogether(stage: Stage, mutant: Mutant): Promise<Killed> {
  const refusal = await stage.reload(mutant.apply(planned));
  if (refusal) return { mutant, by: `the server refuses it: ${refusal}` };
  const phase = mutant.grant.startsWith("answers") ? tryAnswering : tryPulling;
  const outcomes = await runTogether(stage, mutant.grant === "jetstream" ? [] : [phase]);
  outcomes.push(...(await runAlone(stage, mutant.principal, ["doors"])));
  await forget(stage);
  const own = outcomes.find((outcome) => outcome.fault !== undefined && mutant.isAbout(outcome));
  return { mutant, by: own && `${own.how} ${own.subject}: ${own.fault}` };
}

/** Takes away an export that somebody imports: the server has to refuse such a configuration. */
export async function killExport(stage: Stage, mutant: Mutant): Promise<Killed> {
  const refusal = await stage.reload(mutant.apply(planned));
  return { mutant, by: refusal && `the server refuses it: ${refusal}` };
}

/** Draws a few of a list, the same for the same seed. */
export function drawSome<T>(list: readonly T[], count: number, seed: number): T[] {
  let state = seed >>> 0;
  const next = (): number => {
    // the generator "mulberry32"
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Array.from(
    { length: Math.min(count, list.length) },
    () => list[Math.floor(next() * list.length)] as T,
  );
}
