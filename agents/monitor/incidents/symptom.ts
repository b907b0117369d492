import { createHash } from "node:crypto";

/** What can go wrong in production so that it becomes a ticket. */
export const symptomCodes = ["crash_loop", "out_of_memory", "stays_unhealthy", "check_fails"] as const;
export type SymptomCode = (typeof symptomCodes)[number];

/** Something that was seen to go wrong. */
export interface Symptom {
  readonly stack: string;
  readonly service?: string;
  readonly code: SymptomCode;
  /** When it was seen last. */
  readonly atMs: number;
  /** Where its log is. */
  readonly container?: string;
  /** Its last lines, where they were read already. */
  readonly log?: readonly string[];
  /** For people: `exit 1`, `GET /health answered 500`. */
  readonly what: string;
  readonly times: number;
}

const maxLength = 100;

/** Names a symptom, so that it has one ticket: `shop-web-crash_loop`. */
export function keyOf({ stack, service, code }: Pick<Symptom, "stack" | "service" | "code">): string {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9_-]/g, "_");
  const parts = service === undefined ? [stack, code] : [stack, service, code];
  const key = parts.map(plain).join("-");
  // names that differ in other letters only are not the same service
  const isExact = parts.every((part) => plain(part) === part) && key.length <= maxLength;
  if (isExact) return key;
  const mark = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 8);
  return `${key.slice(0, maxLength - mark.length - 1)}-${mark}`;
}
