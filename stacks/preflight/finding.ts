import type { ErrorParams } from "../../bus/kernel/errors.ts";
import type { FixOffer } from "../fix/plan.ts";
import type { PreflightFacts, StackFacts } from "./facts.ts";

/** Something that stands in the way of a launch, as a rule says it. */
export interface PreflightFinding {
  /** Key of its sentence in `locales/`. */
  readonly code: string;
  readonly params: ErrorParams;
  readonly severity: "info" | "warning" | "error";
  readonly stack?: string;
  readonly service?: string;
  readonly fixes?: readonly FixOffer[];
  /** Names a dangerous setting, so that a person can accept exactly this one. */
  readonly hash?: string;
}

/** Looks at facts and names what is wrong; it asks nobody and changes nothing. */
export type PreflightRule = (facts: PreflightFacts) => PreflightFinding[];

/** A rule about each stack that is to start. */
export function eachStack(
  look: (stack: StackFacts, facts: PreflightFacts) => PreflightFinding[],
): PreflightRule {
  return (facts) =>
    facts.stacks.flatMap((stack) => look(stack, facts).map((found) => ({ stack: stack.name, ...found })));
}
