import { z } from "zod";
import { newId } from "../kernel/ids.ts";
import { Actor } from "./principals.ts";

/** What every message carries beside its data: identity, cause and trace. */
export const Envelope = z.object({
  /** Unique id; a retry keeps it, so that the receiver can tell. */
  id: z.string().min(1).max(100),
  /** Name in the catalog, such as `ticket.create`. */
  type: z.string().min(1).max(100),
  /** When it was sent, milliseconds since the epoch. */
  atMs: z.int().nonnegative(),
  /** The id of the message that began the whole story. */
  correlationId: z.string().min(1).max(100),
  /** The id of the message that directly led to this one. */
  causationId: z.string().min(1).max(100).optional(),
  /** W3C trace context. */
  traceparent: z.string().max(60).optional(),
  actor: Actor.optional(),
  data: z.unknown(),
});
export type Envelope = z.infer<typeof Envelope>;

export interface EnvelopeOptions {
  readonly id?: string;
  readonly atMs?: number;
  readonly causedBy?: Pick<Envelope, "id" | "correlationId" | "traceparent">;
  readonly actor?: Actor;
}

/** Wraps data for the wire; a cause hands on its correlation and trace. */
export function toEnvelope(type: string, data: unknown, options: EnvelopeOptions = {}): Envelope {
  const id = options.id ?? newId();
  const cause = options.causedBy;
  return {
    id,
    type,
    atMs: options.atMs ?? Date.now(),
    correlationId: cause?.correlationId ?? id,
    ...(cause ? { causationId: cause.id } : {}),
    ...(cause?.traceparent ? { traceparent: cause.traceparent } : {}),
    ...(options.actor ? { actor: options.actor } : {}),
    data,
  };
}
