import type { ErrorInfo } from "../../../bus/kernel/errors.ts";
import type { JobView } from "../../../bus/messages/stack-jobs.ts";
import { ReleaseStore } from "../../../stacks/releases/release-store.ts";
import { loadComposeState } from "../../../stacks/targets/compose/compose-state.ts";
import { targetDirOf } from "../../../stacks/targets/select-target.ts";
import { jobsDir, readJobRecords } from "../jobs/job-record.ts";

/** Under which names a stack has jobs and releases. */
export interface OutputNames {
  readonly stack: string;
  /** Of its list of releases, where it has one. */
  readonly releases?: string | undefined;
}

/**
 * What the last launch, restart or deploy of a stack wrote where it failed, whether a person or a ticket wanted it; nothing where it
 * went well.
 */
export function readUpOutput(stateDir: string, { stack, releases }: OutputNames): string[] {
  const last = readJobRecords(jobsDir(stateDir))
    .map(({ view }) => view)
    .findLast((view) => view.state !== "running" && isAbout(view, [stack, releases ?? stack]));
  const deploy = releases === undefined ? undefined : readTicketDeploy(stateDir, releases);
  if (deploy && deploy.atMs > (last?.startedAtMs ?? 0)) return deploy.lines;
  return last?.state === "failed" ? linesOf(last) : [];
}

/** The lines of a job that failed, with what its error quotes. */
export function linesOf({ log, error }: Pick<JobView, "log" | "error">): string[] {
  return [...log, ...(error === undefined ? [] : reasonLines(error))];
}

/** What an error quotes of a program. */
export function reasonLines({ params, message }: ErrorInfo): string[] {
  const quoted = params["reason"] ?? params["seen"];
  return [...(typeof quoted === "string" ? quoted.split("\n") : []), ...message.split("\n")];
}

/** What the crew's last deploy wrote; no lines where it went well. */
function readTicketDeploy(
  stateDir: string,
  name: string,
): { readonly atMs: number; readonly lines: string[] } | undefined {
  const [last] = new ReleaseStore(stateDir, name)
    .list()
    .filter(({ ticket, outcome }) => ticket !== undefined && outcome !== undefined)
    .toSorted((a, b) => b.ranAtMs - a.ranAtMs);
  if (last === undefined) return undefined;
  const { outcomes } = loadComposeState(targetDirOf(stateDir, name), name);
  const outcome = outcomes.findLast(({ commandId }) => commandId === last.commandId)?.outcome;
  const isFailed = outcome !== undefined && outcome.outcome !== "deployed";
  return { atMs: last.ranAtMs, lines: isFailed ? [...outcome.logTail, ...reasonLines(outcome.reason)] : [] };
}

function isAbout({ action, services }: JobView, names: readonly string[]): boolean {
  switch (action.do) {
    case "launch":
      return action.stacks.length === 0
        ? services.length === 0 || services.some(({ stack }) => names.includes(stack))
        : action.stacks.some((name) => names.includes(name));
    case "restart":
    case "deploy":
    case "rollback":
      return names.includes(action.stack);
    default:
      return false;
  }
}
