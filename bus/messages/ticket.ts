import { z } from "zod";
import { ErrorInfo } from "./error-info.ts";
import { Check, Evidence } from "./checks.ts";
import { Actor } from "./principals.ts";
import { ArtifactHash, Text } from "./text.ts";

/** Every state a ticket can be in. `restoring` puts the old release back before the ticket leaves a deploy. */
export const ticketStates = [
  "open",
  "assigned",
  "implementing",
  "reviewing",
  "approving",
  "deploying",
  "verifying",
  "merging",
  "restoring",
  "rework",
  "blocked",
  "paused",
  "cancelled",
  "reopened",
  "closed",
] as const;
export const TicketState = z.enum(ticketStates);
export type TicketState = z.infer<typeof TicketState>;

/** The statuses that clients of the predecessor know. */
export const ticketStatuses = ["open", "in_progress", "review", "done", "closed"] as const;
export type TicketStatus = (typeof ticketStatuses)[number];

/** Maps our finer states onto the predecessor's statuses. */
export const statusOfState: Readonly<Record<TicketState, TicketStatus>> = {
  open: "open",
  reopened: "open",
  assigned: "in_progress",
  implementing: "in_progress",
  rework: "in_progress",
  paused: "in_progress",
  blocked: "in_progress",
  reviewing: "review",
  approving: "review",
  deploying: "review",
  verifying: "review",
  restoring: "review",
  merging: "done",
  closed: "closed",
  cancelled: "closed",
};

export const priorities = ["low", "normal", "high", "critical"] as const;
export const Priority = z.enum(priorities);
export type Priority = z.infer<typeof Priority>;

/** How much may happen without a person: nothing by itself, all but merge and deploy, everything for trusted authors. */
export const autonomyLevels = ["manual", "assisted", "autonomous"] as const;
export const Autonomy = z.enum(autonomyLevels);
export type Autonomy = z.infer<typeof Autonomy>;

export const TicketId = z.string().regex(/^T-\d{4,9}$/);
/** A stack's or repository's name, as Compose allows a project name. */
export const StackName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/);
export const CommitHash = z.string().regex(/^[0-9a-f]{40}$/);
/** A branch as `git check-ref-format` allows it, narrowed to plain characters. */
export const BranchName = z
  .string()
  .regex(/^(?!.*(?:\.\.|\/\/|\.lock(?:\/|$)))[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}(?<![./])$/);

const Title = z.string().trim().min(1).max(300);
/** A title as it is handed in: one line, for it becomes a commit's subject. */
export const TicketTitle = Title.regex(/^\P{Cc}*$/u, "a title is one line, without control characters");

/** Checks that a ticket's author may ask for: HTTP and log, never a command. */
export const TicketCheck = Check.refine((check) => check.kind !== "command", {
  message: "A ticket cannot carry a command check. Add it to dockfra.yaml, under checks.",
});

export const Comment = z.strictObject({ author: z.string(), text: Text, atMs: z.int() });
export type Comment = z.infer<typeof Comment>;

/** Result of the project's test command in the developer's clone. */
export const TestRun = z.strictObject({
  passed: z.boolean(),
  /** The command, for people: `node --test`. Empty where the project has none. */
  command: z.string(),
  exitCode: z.int().optional(),
  tookMs: z.int().nonnegative(),
  output: Text,
});
export type TestRun = z.infer<typeof TestRun>;

export const DiffStats = z.strictObject({
  files: z.array(z.string()).max(2_000),
  insertions: z.int().nonnegative(),
  deletions: z.int().nonnegative(),
});
export type DiffStats = z.infer<typeof DiffStats>;

/** What the developer made: one branch with a commit, its diff and its test run. */
export const Work = z.strictObject({
  engine: z.string(),
  branch: BranchName,
  baseBranch: BranchName,
  baseCommit: CommitHash,
  commit: CommitHash,
  diff: ArtifactHash,
  stats: DiffStats,
  tests: TestRun,
});
export type Work = z.infer<typeof Work>;

/** What workers are told of a ticket. */
export const TicketBrief = z.strictObject({
  id: TicketId,
  title: z.string(),
  description: Text,
  priority: Priority,
  labels: z.array(z.string()),
  checks: z.array(Check),
  autonomy: Autonomy,
  author: Actor,
  repo: StackName.optional(),
  stack: StackName.optional(),
});
export type TicketBrief = z.infer<typeof TicketBrief>;

/** Why a ticket stands still, as a code with its sentence, and the step that resume goes back to. */
export const Blocked = z.strictObject({
  step: TicketState,
  error: ErrorInfo,
  evidence: z.array(Evidence).optional(),
});
export type Blocked = z.infer<typeof Blocked>;

/** A ticket as the wire shows it: the predecessor's fields, and ours after them. */
export const TicketView = z.strictObject({
  id: TicketId,
  title: z.string(),
  description: Text,
  state: TicketState,
  status: z.enum(ticketStatuses),
  priority: Priority,
  assignedTo: z.string().optional(),
  labels: z.array(z.string()),
  createdBy: z.string(),
  createdAtMs: z.int(),
  updatedAtMs: z.int(),
  version: z.int(),
  author: Actor,
  autonomy: Autonomy,
  repo: StackName.optional(),
  stack: StackName.optional(),
  checks: z.array(Check),
  comments: z.array(Comment),
  work: Work.optional(),
  reworks: z.int(),
  reasons: z.array(z.string()),
  evidence: z.array(Evidence),
  blocked: Blocked.optional(),
  /** What a person must bind an approval to: hash of text, checks and diff. */
  approvalHash: z.string().optional(),
  url: z.string().optional(),
  /** Where the ticket's own copy of its stack answers, while there is one. */
  previewUrl: z.string().optional(),
  mergedCommit: CommitHash.optional(),
  /** The command that brings the user's own checkout up to date, where it could not be done for them. */
  checkoutCommand: z.string().optional(),
});
export type TicketView = z.infer<typeof TicketView>;
