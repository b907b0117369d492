import { z } from "zod";
import { BranchName, CommitHash, DiffStats, TicketId, Work } from "../../bus/messages/ticket.ts";

/** What shells and agents say to each other beside the bus's own messages, by operation. */
export const AskInput = z.strictObject({ question: z.string().trim().min(1).max(100_000) });
export const AskAnswer = z.strictObject({ text: z.string(), model: z.string() });

export const PlanInput = z.strictObject({ text: z.string().trim().min(1).max(200_000) });
/** One ticket that a plan proposes. */
export const PlannedTicket = z.strictObject({
  title: z.string().trim().min(1).max(300),
  description: z.string().max(8_000),
  priority: z.enum(["low", "normal", "high", "critical"]),
});
export type PlannedTicket = z.infer<typeof PlannedTicket>;
export const Plan = z.strictObject({ model: z.string(), tickets: z.array(PlannedTicket).max(50) });
export type Plan = z.infer<typeof Plan>;

export const TicketInput = z.strictObject({ ticket: TicketId });
/** A person's work on a ticket, as the agent keeps it. */
export const ByHand = z.strictObject({ ticket: TicketId, instance: z.string(), sinceMs: z.int() });
export type ByHand = z.infer<typeof ByHand>;
export const ByHandList = z.strictObject({ tickets: z.array(ByHand) });

/** A branch on its way to a person's clone; the bundle itself came before, in lines of base64. */
export const Handed = z.strictObject({
  ticket: TicketId,
  title: z.string(),
  repo: z.string(),
  branch: BranchName,
  commit: CommitHash,
  baseBranch: BranchName,
  baseCommit: CommitHash,
});
export type Handed = z.infer<typeof Handed>;

export const PushInput = z.strictObject({
  ticket: TicketId,
  commit: CommitHash,
  /** A git bundle with the branch `refs/heads/dockfra/<ticket>`, base64. */
  bundle: z.string().max(60 * 1024 * 1024),
});
export const Pushed = z.strictObject({
  ticket: TicketId,
  branch: BranchName,
  commit: CommitHash,
  stats: DiffStats,
});

export const DoneInput = TicketInput.extend({ anyway: z.boolean(), commit: CommitHash.optional() });
export const Done = z.strictObject({ ticket: TicketId, work: Work });

export const Tested = z.strictObject({
  repo: z.string(),
  commit: CommitHash,
  tests: Work.shape.tests,
});
export const TestInput = z.strictObject({ ticket: TicketId.optional(), repo: z.string().max(63).optional() });

export const Reviewed = z.strictObject({
  verdict: z.enum(["approve", "rework", "block"]),
  reasons: z.array(z.string()),
  diff: z.string(),
  stats: DiffStats,
});

export const EngineStates = z.strictObject({
  engines: z.array(z.strictObject({ name: z.string(), usable: z.boolean(), why: z.string() })),
});
export const EngineInput = TicketInput.extend({ engine: z.string().max(60).optional() });
export const EngineDone = z.strictObject({ engine: z.string(), commit: CommitHash });

export const LogInput = z.strictObject({ name: z.string().max(200), lines: z.int().min(1).max(2_000) });
export const LogFinding = z.strictObject({
  code: z.string(),
  /** The line it is seen in. */
  line: z.string(),
  count: z.int(),
});
export const LogAnalysis = z.strictObject({
  lines: z.int(),
  findings: z.array(LogFinding),
  opinion: z.strictObject({ text: z.string(), model: z.string() }).optional(),
});

export const PilotState = z.strictObject({
  paused: z.boolean(),
  reason: z.string().optional(),
  sinceMs: z.int().optional(),
  plan: z.strictObject({ atMs: z.int(), tickets: z.int(), created: z.array(TicketId) }).optional(),
});
export const PauseInput = z.strictObject({ reason: z.string().max(500).optional() });
export const PilotRound = z.strictObject({
  begun: z.array(TicketId),
  waiting: z.array(z.strictObject({ ticket: TicketId, reason: z.string() })),
});
export const KeptPlan = Plan.extend({
  atMs: z.int(),
  /** Ids of those that were handed in already, in the plan's order. */
  created: z.array(TicketId),
});
export type KeptPlan = z.infer<typeof KeptPlan>;
