import { z } from "zod";

/** One release of a stack as it is kept, and how its last run ended. */
export const ReleaseRecord = z.strictObject({
  version: z.literal(1),
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,119}$/),
  stack: z.string(),
  /** Absent for what was launched from the project's folder as it stood. */
  commit: z.string().optional(),
  ticket: z.string().optional(),
  /** Who asked for it. */
  by: z.string(),
  /** When it was begun first, and when it was last: a launch of the very same starts it again. */
  atMs: z.int(),
  ranAtMs: z.int(),
  /** The command of its last run; the outcome of that is absent while it is under way, or was cut off. */
  commandId: z.string(),
  outcome: z.enum(["deployed", "restored", "not_restored", "reverted", "cancelled"]).optional(),
  /** Why it failed, where it did. */
  reason: z.string().max(4_000).optional(),
  url: z.string().optional(),
  images: z.array(z.strictObject({ service: z.string(), image: z.string(), digest: z.string().optional() })),
});
export type ReleaseRecord = z.infer<typeof ReleaseRecord>;
