import type { Happening } from "./story.ts";
import {
  approved,
  baseMoved,
  checksFailed,
  claimed,
  decided,
  implemented,
  live,
  merged,
  opened,
  reviewed,
  settled,
  triaged,
  triagedWithoutStack,
  verified,
} from "./ticket-events.ts";

/** The way of an assisted ticket to each step, as the events that lead there. */
export const toOpen = [opened()];
export const toDeciding = [...toOpen, triaged()];
export const toWaiting = [...toDeciding, decided("wait")];
export const toAssigned = [...toDeciding, decided("go")];
export const toImplementing = [...toAssigned, claimed("dev-1")];
export const toReviewing = [...toImplementing, implemented()];
export const toApproving = [...toReviewing, reviewed("approve")];
export const toDeploying = [...toApproving, approved()];
export const toVerifying = [...toDeploying, live()];
export const toMerging = [...toVerifying, verified()];
export const toSettling = [...toMerging, merged()];
export const toUpdating = [...toSettling, settled("released")];
export const toRework = [...toReviewing, reviewed("rework", "Too big.")];
/** The old release is being put back before the next attempt. */
export const toRestoring = [...toVerifying, checksFailed()];

/** The same of a project without a stack: no deploy between approval and merge. */
export const toMergingWithoutStack: readonly Happening[] = [
  opened(),
  triagedWithoutStack(),
  decided("go"),
  claimed("dev-1"),
  implemented(),
  reviewed("approve"),
  approved(),
];

/** One more candidate, because the base moved under the one of this round. */
export function nextCandidate(round: number): readonly Happening[] {
  return [baseMoved(), settled("restored", round), live(round + 1), verified()];
}
