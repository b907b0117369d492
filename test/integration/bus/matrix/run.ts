import { principals, type Principal } from "../../../../bus/messages/principals.ts";
import { tryAnswering, tryAsking, tryPulling, type Cast } from "./answer-cells.ts";
import type { Outcome } from "./cell.ts";
import { tryDestroying } from "./destroy-cells.ts";
import { tryHeaders } from "./header-cells.ts";
import { tryListening, tryOverhearing } from "./listen-cells.ts";
import { tryBurglary, tryPublishing, type Wanted } from "./publish-cells.ts";
import { tryRedirecting } from "./redirect-cells.ts";
import type { Stage } from "./stage.ts";
import { tryDoors } from "./structure-cells.ts";

/** Parts of a run: what one principal's grants decide alone, and what takes several of them. */
export const parts = ["publish", "burglary", "listen", "overhear", "doors"] as const;
export type Part = (typeof parts)[number];

/** Tries the cells of one principal; with `about`, those of some subjects only. */
export async function runAlone(
  stage: Stage,
  principal: Principal,
  wanted: readonly Part[],
  about?: Wanted,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  if (wanted.includes("publish") || wanted.includes("listen")) {
    await using actor = await stage.actor(principal);
    if (wanted.includes("publish")) outcomes.push(...(await tryPublishing(stage, principal, actor, about)));
    if (wanted.includes("listen")) outcomes.push(...(await tryListening(stage, principal, actor, about)));
  }
  if (wanted.includes("burglary")) {
    await using burglar = await stage.burglar(principal);
    outcomes.push(...(await tryBurglary(stage, principal, burglar, about)));
  }
  if (wanted.includes("overhear")) outcomes.push(...(await tryOverhearing(stage, principal, about)));
  if (wanted.includes("doors")) outcomes.push(...(await tryDoors(stage, principal)));
  return outcomes;
}

/** Tries what takes several principals: asking and answering, pulling. */
export async function runTogether(
  stage: Stage,
  phases: readonly ((stage: Stage, cast: Cast) => Promise<Outcome[]>)[] = [
    tryAsking,
    tryAnswering,
    tryPulling,
  ],
): Promise<Outcome[]> {
  const actors = await Promise.all(
    principals.map(async (principal) => [principal, await stage.actor(principal)] as const),
  );
  const cast = Object.fromEntries(actors) as Cast;
  const outcomes: Outcome[] = [];
  for (const phase of phases) outcomes.push(...(await phase(stage, cast)));
  for (const [, actor] of actors) await actor[Symbol.asyncDispose]();
  return outcomes;
}

/** Tries every cell there is. */
export async function runAll(stage: Stage): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const principal of principals) outcomes.push(...(await runAlone(stage, principal, parts)));
  outcomes.push(
    ...(await runTogether(stage, [tryAsking, tryAnswering, tryPulling, tryRedirecting, tryHeaders])),
  );
  for (const principal of principals.filter((name) => name !== "orchestrator")) {
    await using actor = await stage.actor(principal);
    await using burglar = await stage.burglar(principal);
    outcomes.push(...(await tryDestroying(stage, principal, [actor, burglar])));
  }
  return outcomes;
}
