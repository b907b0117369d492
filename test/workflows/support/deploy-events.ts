import type { ErrorInfo } from "../../../bus/kernel/errors.ts";
import type { CommandOutput } from "../../../bus/messages/commands.ts";
import type { FlowEvent } from "../../../bus/messages/flow.ts";
import { createDeployFlow } from "../../../workflows/deploy/flow.ts";
import { candidate, commit, errorOf, failedEvidence } from "./samples.ts";
import { createStory, type Happening } from "./story.ts";

export const laneRef = { kind: "deploy", id: "shop" } as const;

/** The vocabulary of deploy lanes. */
export const given = createStory(createDeployFlow(), laneRef);

const happens = (event: FlowEvent): Happening => ({ event });

/** A ticket asks for the lane: T-0001 unless named otherwise. */
export function requested(ticket = "T-0001", round = 1): Happening {
  return happens({
    type: "deploy.request",
    ticket,
    round,
    repo: "shop",
    branch: `dockfra/${ticket}`,
    commit: commit("b"),
  });
}
export const confirmed = (ticket = "T-0001", round = 1): Happening =>
  happens({ type: "deploy.confirm", ticket, round });
export const withdrawn = (ticket = "T-0001", round = 1): Happening =>
  happens({ type: "deploy.rollback", ticket, round });

export const candidateMade = (): Happening =>
  happens({ type: "developer.candidate.done", output: candidate, commandId: "deploy.shop.1.1" });
export const candidateFailed = (code = "merge_conflict"): Happening =>
  happens({ type: "developer.candidate.failed", error: errorOf(code) });

const deployDone = (
  command: "monitor.deploy" | "monitor.restore",
  output: CommandOutput<"monitor.deploy">,
): Happening => happens({ type: `${command}.done`, output, commandId: "deploy.shop.2.1" });
const back = (outcome: "restored" | "not_restored", error: ErrorInfo): CommandOutput<"monitor.deploy"> => ({
  outcome,
  url: "http://127.0.0.1:8080",
  error,
  evidence: [failedEvidence],
  logTail: ["boom"],
});

export const deployed = (): Happening =>
  deployDone("monitor.deploy", { outcome: "deployed", url: "http://127.0.0.1:8080", tookMs: 900 });
/** The candidate never became healthy; the monitor put the old release back, or could not. */
export const unhealthy = (outcome: "restored" | "not_restored" = "restored"): Happening =>
  deployDone("monitor.deploy", back(outcome, errorOf("unhealthy")));
export const deployBroke = (code = "engine_gone"): Happening =>
  happens({ type: "monitor.deploy.failed", error: errorOf(code) });

export const putBack = (): Happening =>
  deployDone("monitor.restore", { outcome: "deployed", url: "http://127.0.0.1:8080", tookMs: 300 });
export const restored = (): Happening => deployDone("monitor.restore", back("restored", errorOf("restored")));
export const notRestored = (): Happening =>
  deployDone("monitor.restore", back("not_restored", errorOf("old_one_dead")));
export const restoreBroke = (code = "engine_gone"): Happening =>
  happens({ type: "monitor.restore.failed", error: errorOf(code) });
