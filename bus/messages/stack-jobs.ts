import { z } from "zod";
import { Diagnosis } from "./diagnosis.ts";
import { ErrorInfo } from "./error-info.ts";
import { Finding } from "./stack-service.ts";
import { StackName, TicketId } from "./ticket.ts";

const ServiceName = z.string().regex(/^[a-zA-Z0-9._-]{1,200}$/);
const Stack = z.string().min(1).max(200);

/** Which of a project's Compose files count: `docker-compose-production.yml` beside the plain one, or not. */
export const ComposeEnvironment = z.enum(["local", "production"]);
export type ComposeEnvironment = z.infer<typeof ComposeEnvironment>;

/** Something long that a person asks of the monitor; it runs as a job with progress on the feed, and can be cancelled. */
export const StackAction = z.discriminatedUnion("do", [
  z.strictObject({
    do: z.literal("launch"),
    /** In any order: dependencies decide; empty for all. */
    stacks: z.array(Stack).max(100),
    environment: ComposeEnvironment.optional(),
    build: z.boolean().optional(),
    pull: z.boolean().optional(),
    /** Hashes of the dangerous settings that a person saw in the preflight and accepts. */
    approve: z.array(z.string().max(100)).max(200).optional(),
    /** Goes on although something surely keeps a stack from starting. */
    force: z.boolean().optional(),
  }),
  z.strictObject({ do: z.literal("stop"), stack: Stack, services: z.array(ServiceName).max(200).optional() }),
  z.strictObject({
    do: z.literal("restart"),
    stack: Stack,
    services: z.array(ServiceName).max(200).optional(),
  }),
  /** Applies one fix of a diagnosis; ids come from `monitor.diagnose` or `monitor.preflight` and are made on the server. */
  z.strictObject({
    do: z.literal("fix"),
    fix: z.string().max(200),
    /** A person's word for a fix that is not safe; without it the monitor refuses one. */
    approved: z.boolean().optional(),
  }),
  z.strictObject({ do: z.literal("undo"), fix: z.string().max(200) }),
  z.strictObject({ do: z.literal("deploy"), stack: StackName, commit: z.string().max(64).optional() }),
  /** Brings a release back: the one before the current where none is named. */
  z.strictObject({
    do: z.literal("rollback"),
    stack: StackName,
    release: z.string().max(120).optional(),
    /** Whether the data comes back too that was kept when that release was replaced. */
    data: z.boolean().optional(),
  }),
  /** A person accepts dangerous settings by the hashes that a refusal or the preflight showed. */
  z.strictObject({ do: z.literal("approve"), hashes: z.array(z.string().max(100)).min(1).max(200) }),
  z.strictObject({ do: z.literal("preview-open"), ticket: TicketId }),
  z.strictObject({ do: z.literal("preview-close"), ticket: TicketId }),
  z.strictObject({ do: z.literal("clone-app") }),
]);
export type StackAction = z.infer<typeof StackAction>;

export const jobSteps = [
  "waiting",
  "pull",
  "build",
  "create",
  "start",
  "healthy",
  "stop",
  "done",
  "failed",
] as const;

/** How far one service of a job is. */
export const ServiceProgress = z.strictObject({
  stack: z.string(),
  service: z.string(),
  step: z.enum(jobSteps),
  /** 0 to 1 within the step, where that is known. */
  done: z.number().min(0).max(1).optional(),
  detail: z.string().max(500).optional(),
});
export type ServiceProgress = z.infer<typeof ServiceProgress>;

/** One job of the monitor. Every change is told on the feed too: codes `job_started`, `job_step`, `job_log`, `job_done`, with params `job`, `stack`, `service`, `step`. */
export const JobView = z.strictObject({
  id: z.string(),
  action: StackAction,
  state: z.enum(["running", "done", "failed", "cancelled"]),
  startedAtMs: z.int(),
  endedAtMs: z.int().optional(),
  services: z.array(ServiceProgress),
  /** The last lines that its programs wrote, at most 500. */
  log: z.array(z.string().max(4_000)).max(500),
  error: ErrorInfo.optional(),
  /** Why what it started does not run, worst first, where rules know. */
  diagnoses: z.array(Diagnosis).max(10).optional(),
  /** What kept it from starting, as a preflight says it. */
  findings: z.array(Finding).max(20).optional(),
  /** What it led to, as facts with names: `url`, `release`, `undo`. */
  result: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type JobView = z.infer<typeof JobView>;
