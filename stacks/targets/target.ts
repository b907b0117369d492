import { z } from "zod";
import type { DockfraError } from "../../bus/kernel/errors.ts";
import { Evidence } from "../../bus/messages/checks.ts";
import { ErrorInfo } from "../../bus/messages/error-info.ts";

const Id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,119}$/);

/** One version of a stack as a tree on disk. */
export const ReleaseRef = z.strictObject({
  stack: z.string().min(1).max(63),
  commit: z.string().min(1).max(64),
  /** The exported tree of that commit, absolute; its owner keeps it while the release runs or may be restored. */
  dir: z.string().startsWith("/"),
  releaseId: Id,
});
export type ReleaseRef = z.infer<typeof ReleaseRef>;

/** Asks for a release to replace what runs; a repeat with the same command id changes nothing. */
export const DeployRequest = z.strictObject({
  commandId: Id,
  release: ReleaseRef,
  /** What to bring back where the target does not know what ran before. */
  previous: ReleaseRef.optional(),
  /** Whether the data comes back too that was kept when the release was replaced. */
  data: z.boolean().optional(),
});
export type DeployRequest = z.infer<typeof DeployRequest>;

/** Asks for a given release to run again, with the data that it had only where `data` says so. */
export type RestoreRequest = Pick<DeployRequest, "commandId" | "release" | "data">;

/** How a deploy ended; `restored` means that the previous release was put back and proved to answer. */
export const DeployOutcome = z.discriminatedUnion("outcome", [
  z.strictObject({
    outcome: z.literal("deployed"),
    url: z.string(),
    releaseId: z.string(),
    tookMs: z.int().nonnegative(),
  }),
  z.strictObject({
    outcome: z.enum(["restored", "not_restored"]),
    reason: ErrorInfo,
    evidence: z.array(Evidence),
    url: z.string(),
    /** The failed release's last lines. */
    logTail: z.array(z.string()),
  }),
]);
export type DeployOutcome = z.infer<typeof DeployOutcome>;
export type DeployFailure = Exclude<DeployOutcome, { outcome: "deployed" }>;

export const TargetStatus = z.strictObject({
  running: z.boolean(),
  /** Whether the health check passes right now. */
  healthy: z.boolean(),
  releaseId: z.string().optional(),
  commit: z.string().optional(),
  url: z.string(),
  /** One line for people. */
  detail: z.string(),
});
export type TargetStatus = z.infer<typeof TargetStatus>;

/** Places in a change where it may be cut off and is finished or undone afterwards. */
export const deployPoints = ["journaled", "staged", "kept_data", "up", "proved", "recorded"] as const;
export type DeployPoint = (typeof deployPoints)[number];

/** What a release was made of when it ran. */
export interface ReleaseContents {
  /** The resolved configuration as JSON, with secrets. */
  readonly config: string;
  readonly images: readonly { readonly service: string; readonly image: string; readonly digest?: string }[];
}

/** How a change ended that had been cut off. */
export interface FinishedChange {
  readonly commandId: string;
  readonly release: ReleaseRef;
  readonly outcome: DeployOutcome;
}

export interface DeployOptions {
  /** Cancels: what ran before keeps running, and the outcome says so. */
  readonly signal?: AbortSignal;
  /** Gets one line per step; must not throw. */
  readonly onProgress?: (line: string) => void;
  /** Called when a change gets there; must not throw. */
  readonly onPoint?: (point: DeployPoint) => void;
  /** Says why the release failed, while what it started is still there; what ran before waits for it. Must not reject. */
  readonly explain?: (
    reason: z.infer<typeof ErrorInfo>,
    logTail: readonly string[],
  ) => Promise<readonly Evidence[]>;
  /** Takes further checks on the release that is up and healthy; one that fails puts everything back. */
  readonly prove?: (release: ReleaseRef) => Promise<readonly Evidence[]>;
}

/** Where one stack runs. */
export interface Target {
  /** Starts a release, waits for its health and switches over, or puts everything back; once per command id. */
  deploy(request: DeployRequest, options?: DeployOptions): Promise<DeployOutcome>;
  /** Brings a given release back; once per command id. */
  restore(request: RestoreRequest, options?: DeployOptions): Promise<DeployOutcome>;
  status(): Promise<TargetStatus>;
  /** The last lines that the running release wrote since its deploy, or since a later time where the target knows of each line's. */
  logs(options: { readonly lines: number; readonly sinceMs?: number }): Promise<string[]>;
  /** Whether it knows when each line of the log was written. */
  readonly timesLog?: boolean;
  /** Stops the stack; its data stays. */
  stop(): Promise<void>;
  /** Whether it takes the checks of `prove` itself; else whoever deploys does. */
  readonly proves?: boolean;
  /** Finishes or undoes a change that was cut off with its monitor; `undefined` where there is none. */
  recover?(options?: DeployOptions): Promise<FinishedChange | undefined>;
  /** What a deploy of the project's own files would be refused for; nothing is changed. */
  obstacles?(): Promise<readonly DockfraError[]>;
  /** What a release was made of; `undefined` for one that is not kept. */
  contents?(releaseId: string): Promise<ReleaseContents | undefined>;
}

/** Lines of a failed release that an outcome carries. */
export const logTailLines = 60;

/** Cuts log lines to what an outcome may carry. */
export function toLogTail(lines: readonly string[]): string[] {
  return lines.slice(-logTailLines).map((line) => line.slice(0, 2_000));
}

/** Shortens a commit to the seven characters that people read. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 7);
}
