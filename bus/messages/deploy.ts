import { z } from "zod";
import { Evidence } from "./checks.ts";
import { ErrorInfo } from "./error-info.ts";
import { CommitHash, StackName, TicketId } from "./ticket.ts";

/** One version of a stack that ran or runs. */
export const Release = z.strictObject({
  /** The id of the command that brought it up, or `initial`. */
  id: z.string().min(1).max(120),
  stack: StackName,
  commit: CommitHash,
  ticket: TicketId.optional(),
  atMs: z.int(),
  url: z.string(),
});
export type Release = z.infer<typeof Release>;

/** How one attempt to put a candidate on a stack ended. */
export const DeployOutcome = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("deployed"), url: z.string(), tookMs: z.int().nonnegative() }),
  z.strictObject({
    /** `restored`: the previous release answers again; `not_restored`: a person must look. */
    outcome: z.enum(["restored", "not_restored"]),
    url: z.string(),
    error: ErrorInfo,
    evidence: z.array(Evidence),
    logTail: z.array(z.string().max(2_000)).max(100),
  }),
]);
export type DeployOutcome = z.infer<typeof DeployOutcome>;

export const deployStates = ["idle", "preparing", "deploying", "trial", "restoring"] as const;
export type DeployState = (typeof deployStates)[number];

/** A stack's deploy lane as the wire shows it. */
export const DeployView = z.strictObject({
  stack: StackName,
  state: z.enum(deployStates),
  version: z.int(),
  current: Release.optional(),
  /** The ticket whose candidate is in work. */
  ticket: TicketId.optional(),
  queue: z.array(TicketId),
  releases: z.array(Release),
});
export type DeployView = z.infer<typeof DeployView>;
