import type { EventMeta, TicketContext } from "./context.ts";

/** How often a ticket goes back to the developer before a person must look. */
export const maxReworks = 2;

/** How often work is made anew because the base branch moved meanwhile, before a person must look. */
export const maxBaseMoves = 4;

/** How long each step may take before the ticket is blocked, in milliseconds. */
export interface TicketTimeouts {
  readonly triageTimeout: number;
  readonly decideTimeout: number;
  readonly pickupTimeout: number;
  readonly implementTimeout: number;
  readonly reviewTimeout: number;
  /** From asking for the deploy lane to a running candidate; counts the wait in the queue. */
  readonly deployTimeout: number;
  readonly verifyTimeout: number;
  readonly mergeTimeout: number;
  /** Longer than the lane's own deploy and restore together: a deploy in work is not broken off. */
  readonly restoreTimeout: number;
}

const minute = 60_000;

/** An approval that was not used by then is void. */
export const approvalLifetimeMs = 24 * 60 * minute;

export const defaultTicketTimeouts: TicketTimeouts = {
  triageTimeout: 10 * minute,
  decideTimeout: 10 * minute,
  pickupTimeout: 60 * minute,
  implementTimeout: 120 * minute,
  reviewTimeout: 30 * minute,
  deployTimeout: 120 * minute,
  verifyTimeout: 15 * minute,
  mergeTimeout: 15 * minute,
  restoreTimeout: 90 * minute,
};

/** Whether the developer may try again: a patch is what it is until it is replaced, everything else gets two more tries. */
export function mayRework(context: TicketContext): boolean {
  const isFixed = context.work?.engine === "patch" && context.workIsOld !== true;
  return !isFixed && context.reworks < maxReworks;
}

/** Whether a person speaks: through the command line or the page, never a role by itself. */
export function isPerson({ principal, actor }: EventMeta["by"]): boolean {
  if (principal !== "operator" && principal !== "gateway") return false;
  return actor === undefined || (actor.trusted && (actor.kind === "human" || actor.kind === "github"));
}

/** Whether work may begin without a person's word. */
export function beginsAlone(context: TicketContext): boolean {
  return context.autonomy !== "manual" && context.author.trusted;
}

/** Whether the autopilot is asked instead of a person: only where the author may be trusted with it. */
export function asksAutopilot(context: TicketContext): boolean {
  return context.autonomy === "autonomous" && context.author.trusted;
}
