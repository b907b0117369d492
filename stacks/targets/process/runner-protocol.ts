import { z } from "zod";
import { ErrorInfo } from "../../../bus/messages/error-info.ts";
import { DeployOutcome, DeployRequest, TargetStatus } from "../target.ts";
import { RunSpec } from "./runner-state.ts";

/** The runner's socket in its state directory. */
export const socketName = "runner.sock";

/** What a client asks, one JSON line per connection; `cancel` may follow a deploy. */
export const RunnerRequest = z.discriminatedUnion("op", [
  DeployRequest.extend({ op: z.literal("deploy"), spec: RunSpec }),
  DeployRequest.omit({ previous: true }).extend({ op: z.literal("restore"), spec: RunSpec }),
  z.strictObject({ op: z.literal("status") }),
  z.strictObject({ op: z.literal("logs"), lines: z.int().min(1).max(100_000) }),
  z.strictObject({ op: z.literal("stop") }),
  z.strictObject({ op: z.literal("cancel") }),
]);
export type RunnerRequest = z.infer<typeof RunnerRequest>;
export type RunCommand = Extract<RunnerRequest, { op: "deploy" | "restore" }>;

/** What a runner answers, one JSON line each; progress comes before the one answer. */
export const RunnerReply = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("progress"), text: z.string() }),
  z.strictObject({ type: z.literal("outcome"), outcome: DeployOutcome }),
  z.strictObject({ type: z.literal("status"), status: TargetStatus }),
  z.strictObject({ type: z.literal("logs"), lines: z.array(z.string()) }),
  z.strictObject({ type: z.literal("stopped") }),
  z.strictObject({ type: z.literal("error"), error: ErrorInfo }),
]);
export type RunnerReply = z.infer<typeof RunnerReply>;

/** Longest line either side accepts. */
export const maxLineBytes = 16 * 1024 * 1024;
