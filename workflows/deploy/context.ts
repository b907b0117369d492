import type { ErrorInfo } from "../../bus/kernel/errors.ts";
import type { Evidence } from "../../bus/messages/checks.ts";
import type { CommandOutput } from "../../bus/messages/commands.ts";
import type { Release } from "../../bus/messages/deploy.ts";
import type { FlowEvent } from "../../bus/messages/flow.ts";
import type { EventMeta } from "../ticket/context.ts";

/** A ticket's wish to run its branch on the stack; `round` tells one wish of a ticket from the next. */
export interface DeployRequest {
  readonly ticket: string;
  readonly round: number;
  readonly repo: string;
  readonly branch: string;
  readonly commit: string;
}

/** The wish that is being fulfilled. */
export interface ActiveDeploy extends DeployRequest {
  readonly candidate?: CommandOutput<"developer.candidate">;
  readonly url?: string;
  readonly startedAtMs: number;
  /** The ticket no longer wants it; put back as soon as the step in hand is over. */
  readonly withdrawn: boolean;
  /** Why it failed on its own, to be told once the old release is back. */
  readonly failure?: { readonly error: ErrorInfo; readonly evidence: readonly Evidence[] };
}

/** What was told to a ticket last, so that a repeated question gets the same answer. */
export interface Outcome {
  readonly ticket: string;
  readonly round: number;
  readonly event: FlowEvent;
}

/** A stack's deploy lane: one candidate at a time, the others wait in order. */
export interface DeployContext {
  readonly stack: string;
  readonly current?: Release | undefined;
  readonly active?: ActiveDeploy | undefined;
  readonly queue: readonly DeployRequest[];
  readonly outcomes: readonly Outcome[];
  /** Newest last. */
  readonly releases: readonly Release[];
}

type Ask<T extends string> = {
  readonly type: `deploy.${T}`;
  readonly ticket: string;
  readonly round: number;
} & EventMeta;
type Done<T extends "developer.candidate" | "monitor.deploy" | "monitor.restore"> =
  | ({
      readonly type: `${T}.done`;
      readonly output: CommandOutput<T>;
      readonly commandId: string;
    } & EventMeta)
  | ({ readonly type: `${T}.failed`; readonly error: ErrorInfo } & EventMeta);

/** All that can happen to a deploy lane. */
export type DeployEvent =
  | ({ readonly type: "deploy.request" } & DeployRequest & EventMeta)
  | Ask<"confirm">
  | Ask<"rollback">
  | Done<"developer.candidate">
  | Done<"monitor.deploy">
  | Done<"monitor.restore">;

/** Whether two asks are of the same ticket and round. */
export function isSame(
  a: { readonly ticket: string; readonly round: number } | undefined,
  b: { readonly ticket: string; readonly round: number },
): boolean {
  return a?.ticket === b.ticket && a.round === b.round;
}
