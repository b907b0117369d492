import type { ErrorInfo } from "../../../bus/kernel/errors.ts";
import type { Evidence } from "../../../bus/messages/checks.ts";
import type { CommandOutput, CommandType } from "../../../bus/messages/commands.ts";
import type { FlowEvent } from "../../../bus/messages/flow.ts";
import type { Principal } from "../../../bus/messages/principals.ts";
import type { IntentInput } from "../../../bus/messages/intents.ts";
import type { Work } from "../../../bus/messages/ticket.ts";
import {
  candidate,
  commit,
  errorOf,
  failedEvidence,
  healthCheck,
  passedEvidence,
  redTests,
  work,
} from "./samples.ts";
import { createStory, type Happening } from "./story.ts";
import { createTicketFlow } from "../../../workflows/ticket/flow.ts";

export const ticketRef = { kind: "ticket", id: "T-0001" } as const;

/** The vocabulary of tickets. */
export const given = createStory(createTicketFlow(), ticketRef);

const happens = (event: FlowEvent): Happening => ({ event });
const done = <T extends CommandType>(command: T, output: CommandOutput<T>) =>
  happens({ type: `${command}.done`, output });
const failed = (command: CommandType, error: ErrorInfo) => happens({ type: `${command}.failed`, error });
const asked = (verb: string, fields: object = {}) => happens({ type: `ticket.${verb}`, ...fields });

type Opening = Omit<IntentInput<"ticket.create">, "title"> & {
  readonly trusted?: boolean;
  readonly title?: string;
};

/** A person opens the ticket; `trusted: false` for an author without write access. */
export function opened({ trusted = true, ...fields }: Opening = {}): Happening {
  const author = { kind: "human", id: trusted ? "ada" : "mallory", trusted };
  return happens({ type: "ticket.create", title: "The page shows a wrong price", author, ...fields });
}

const triage: CommandOutput<"manager.triage"> = {
  title: "The page shows a wrong price",
  priority: "normal",
  labels: [],
  checks: [healthCheck],
  repo: "shop",
  summary: "A price is wrong.",
};
export const triaged = (change: Partial<CommandOutput<"manager.triage">> = {}): Happening =>
  done("manager.triage", { ...triage, stack: "shop", ...change });

/** The triage of a project that has no stack to deploy. */
export const triagedWithoutStack = (): Happening => done("manager.triage", triage);
export const triageFailed = (code = "model_silent"): Happening => failed("manager.triage", errorOf(code));

export const decided = (decision: "go" | "wait"): Happening =>
  done("autopilot.decide", { decision, reason: `It says ${decision}.` });
export const decideFailed = (code = "model_silent"): Happening => failed("autopilot.decide", errorOf(code));

export const claimed = (instance: string): Happening =>
  happens({ type: "developer.implement.claimed", instance });
export const implemented = (change: Partial<Work> = {}): Happening =>
  done("developer.implement", work(change));
export const brokeTests = (change: Partial<Work> = {}): Happening =>
  implemented({ tests: redTests, ...change });
export const implementFailed = (code = "no_engine"): Happening =>
  failed("developer.implement", errorOf(code));

export const reviewed = (verdict: "approve" | "rework" | "block", ...reasons: string[]): Happening =>
  done("manager.review", { verdict, reasons });
export const reviewFailed = (code = "model_silent"): Happening => failed("manager.review", errorOf(code));

export const approved = (approvalHash?: string): Happening =>
  asked("approve", approvalHash === undefined ? {} : { approvalHash });
export const rejected = (...reasons: string[]): Happening =>
  asked("reject", { reasons: reasons.length > 0 ? reasons : ["Not like this."] });
export const assigned = (): Happening => asked("assign");
export const paused = (): Happening => asked("pause");
export const resumed = (): Happening => asked("resume");
export const cancelled = (): Happening => asked("cancel");
export const reopened = (): Happening => asked("reopen");
export const commented = (text = "Any news?"): Happening => asked("comment", { text: { head: text } });
export const updated = (change: Omit<IntentInput<"ticket.update">, "id">): Happening =>
  asked("update", change);

/** The same event, asked by someone else: `by("autopilot", assigned())`. */
export function by(principal: Principal, { event }: Happening): Happening {
  if (event === "timeout") throw new Error("A timer has no sender.");
  const actor = { kind: "role", id: principal, trusted: true };
  return happens({ ...event, by: { principal, actor } });
}

export const symptomOver = (): Happening => happens({ type: "incident.over", quietMs: 600_000 });
export const symptomBack = (): Happening =>
  happens({ type: "incident.back", text: { head: "exit 137 again" } });

export const previewOpened = (): Happening =>
  happens({ type: "ticket.preview", url: "http://127.0.0.1:20000" });

export const live = (round = 1): Happening =>
  happens({ type: "deploy.live", round, url: "http://127.0.0.1:8080", candidate });
export const deployFailed = (
  round = 1,
  code = "unhealthy",
  evidence: readonly Evidence[] = [failedEvidence],
): Happening => happens({ type: "deploy.failed", round, error: errorOf(code), evidence });
export const settled = (
  outcome: "released" | "restored" | "withdrawn" | "not_restored",
  round = 1,
  code = "not_restored",
): Happening =>
  happens({
    type: "deploy.settled",
    round,
    outcome,
    ...(outcome === "not_restored" ? { error: errorOf(code) } : {}),
  });

export const verified = (): Happening => done("monitor.verify", { passed: true, evidence: [passedEvidence] });
export const checksFailed = (): Happening =>
  done("monitor.verify", { passed: false, evidence: [passedEvidence, failedEvidence] });
export const verifyFailed = (code = "monitor_down"): Happening => failed("monitor.verify", errorOf(code));

export const merged = (): Happening => done("developer.merge", { commit: commit("c"), baseBranch: "main" });
export const mergeFailed = (code: string): Happening => failed("developer.merge", errorOf(code));
export const baseMoved = (): Happening => mergeFailed("base_moved");
export const checkedOut = (command?: string): Happening =>
  done("host.checkout", { fastForwarded: command === undefined, ...(command ? { command } : {}) });
export const checkoutFailed = (): Happening => failed("host.checkout", errorOf("checkout_locked"));
