import { z } from "zod";

/** A path on the running app: starts with `/`, no control characters; the target's URL comes before it. */
export const UrlPath = z
  .string()
  .max(2_000)
  .regex(/^\/[^\s\p{Cc}]*$/u);

/** An HTTP check on the running app: GET the path, compare status and body. */
export const HttpCheck = z.strictObject({
  kind: z.literal("http"),
  path: UrlPath,
  /** Expected status; default 200. */
  status: z.int().min(100).max(599).optional(),
  /** Text the body must have. */
  contains: z.string().min(1).max(2_000).optional(),
  /** Text the body must not have. */
  lacks: z.string().min(1).max(2_000).optional(),
});

/** A command that must exit with 0; an operator's own, never a ticket author's. */
export const CommandCheck = z.strictObject({
  kind: z.literal("command"),
  argv: z.array(z.string().max(4_000)).min(1).max(50),
});

/** A text that must not stand in the app's log since the deploy. */
export const LogCheck = z.strictObject({
  kind: z.literal("log"),
  lacks: z.string().min(1).max(2_000),
});

/** Something a machine can verify on a running stack. */
export const Check = z.discriminatedUnion("kind", [HttpCheck, CommandCheck, LogCheck]);
export type Check = z.infer<typeof Check>;

/** A check's recorded result on a running stack. */
export const Evidence = z.strictObject({
  check: Check,
  passed: z.boolean(),
  /** What was seen, one line: `GET /health answered 200 in 12 ms`. */
  observed: z.string().max(2_000),
  atMs: z.int().nonnegative(),
  tookMs: z.int().nonnegative(),
  /** Hash of the full body or output in the artifact store, where it was kept. */
  artifact: z.string().optional(),
});
export type Evidence = z.infer<typeof Evidence>;
