import type { CommandOutput } from "../../bus/messages/commands.ts";
import type { DeployFailure, DeployOutcome as TargetOutcome } from "../../stacks/targets/target.ts";
import { clipErrorInfo } from "../runtime/error-clip.ts";

type Outcome = CommandOutput<"monitor.deploy">;

/** Says how a deploy ended, as the bus has it. */
export function toDeployOutcome(outcome: TargetOutcome): Outcome {
  return outcome.outcome === "deployed" ? deployed(outcome) : failed(outcome, outcome.outcome);
}

/** Says how a restore ended: where the old release did not come up, nothing was restored, whatever else runs now. */
export function toRestoreOutcome(outcome: TargetOutcome): Outcome {
  return outcome.outcome === "deployed" ? deployed(outcome) : failed(outcome, "not_restored");
}

function deployed({ url, tookMs }: Extract<TargetOutcome, { outcome: "deployed" }>): Outcome {
  return { outcome: "deployed", url, tookMs };
}

function failed(
  { url, reason, evidence, logTail }: DeployFailure,
  outcome: "restored" | "not_restored",
): Outcome {
  return {
    outcome,
    url,
    error: clipErrorInfo(reason),
    evidence,
    logTail: logTail.slice(-100).map((line) => line.slice(0, 2_000)),
  };
}
