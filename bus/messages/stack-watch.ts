import { z } from "zod";
import { TicketId } from "./ticket.ts";

/** A service as it runs: one row per container, or one without where it has none. */
export const ServiceState = z.strictObject({
  stack: z.string(),
  service: z.string(),
  container: z.string().optional(),
  image: z.string().optional(),
  state: z.enum([
    "running",
    "starting",
    "unhealthy",
    "restarting",
    "paused",
    "exited",
    "created",
    "dead",
    "missing",
  ]),
  /** Whether its health check says that it is well; absent where it has none. */
  healthy: z.boolean().optional(),
  exitCode: z.int().optional(),
  oomKilled: z.boolean().optional(),
  restarts: z.int().nonnegative().optional(),
  startedAtMs: z.int().optional(),
  ports: z.array(z.string()),
  /** Whether the registry has a newer image under the same name; absent where that is not known. */
  imageUpdate: z.boolean().optional(),
});
export type ServiceState = z.infer<typeof ServiceState>;

/** One moment of a container. */
export const StatSample = z.strictObject({
  atMs: z.int(),
  /** Of one core: 1.5 is one and a half cores. */
  cpu: z.number().nonnegative(),
  memoryBytes: z.number().nonnegative(),
  memoryLimitBytes: z.number().nonnegative(),
  /** Since the container's start: a rate is the difference of two samples. */
  rxBytes: z.number().nonnegative(),
  txBytes: z.number().nonnegative(),
});
export type StatSample = z.infer<typeof StatSample>;

/** A service's last moments, oldest first. */
export const StatSeries = z.strictObject({
  stack: z.string(),
  service: z.string(),
  container: z.string(),
  restarts: z.int().nonnegative(),
  samples: z.array(StatSample).max(600),
});
export type StatSeries = z.infer<typeof StatSeries>;

export const logLevels = ["error", "warning", "info", "debug"] as const;

/** A line of a service's log; colours (SGR) are kept, every other control sequence is taken out. */
export const LogLine = z.strictObject({
  service: z.string(),
  atMs: z.int(),
  text: z.string().max(16_384),
  level: z.enum(logLevels),
  /** Lines that were lost right before this one because nobody read fast enough. */
  gap: z.int().positive().optional(),
});
export type LogLine = z.infer<typeof LogLine>;

/** One release of a stack, kept so that it can come back. */
export const StackRelease = z.strictObject({
  id: z.string(),
  stack: z.string(),
  /** Absent for what was launched from the project's folder as it stood. */
  commit: z.string().optional(),
  ticket: TicketId.optional(),
  /** Who asked: an actor's id. */
  by: z.string(),
  /** When it was begun first, and last. */
  atMs: z.int(),
  ranAtMs: z.int().optional(),
  state: z.enum(["current", "kept", "failed", "restored", "cancelled"]),
  images: z.array(z.strictObject({ service: z.string(), image: z.string(), digest: z.string().optional() })),
  /** Whether its files and images are all still here. */
  restorable: z.boolean(),
  /** Why it failed, where it did. */
  reason: z.string().optional(),
});
export type StackRelease = z.infer<typeof StackRelease>;

/** An isolated copy of a stack, built from a ticket's branch. */
export const PreviewView = z.strictObject({
  ticket: TicketId,
  stack: z.string(),
  project: z.string(),
  state: z.enum(["building", "running", "failed", "closing"]),
  url: z.string().optional(),
  urls: z.record(z.string(), z.string()),
  commit: z.string(),
  sinceMs: z.int(),
  expiresAtMs: z.int(),
  memoryBytes: z.number().nonnegative().optional(),
  reason: z.string().optional(),
});
export type PreviewView = z.infer<typeof PreviewView>;
