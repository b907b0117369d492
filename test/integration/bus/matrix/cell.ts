import type { Principal } from "../../../../bus/messages/principals.ts";

/** How a cell is tried. */
export const tries = [
  "publish",
  "publish without permissions",
  "subscribe",
  "subscribe in a queue",
  "hear without permissions",
  "server's own list",
  "ask and be answered",
  "answer",
  "pull, ack and look",
  "reply redirected",
  "header",
  "destroy",
] as const;
export type Try = (typeof tries)[number];

/** One thing that one principal may or may not do, with what came of it. */
export interface Outcome {
  readonly principal: Principal;
  readonly how: Try;
  /** What the report calls its like. */
  readonly what: string;
  /** The subject or grant tried. */
  readonly subject: string;
  readonly allowed: boolean;
  /** What is wrong; undefined where it came as the table says. */
  readonly fault: string | undefined;
}

/** One line for a person. */
export function describeOutcome({ principal, how, subject, allowed, fault }: Outcome): string {
  return `${principal}: ${how} ${subject} (${allowed ? "allowed" : "denied"}): ${fault ?? "as expected"}`;
}
