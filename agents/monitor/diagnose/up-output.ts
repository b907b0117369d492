import type { JobView } from "../../../bus/messages/stack-jobs.ts";
import { jobsDir, readJobRecords } from "../jobs/job-record.ts";

/** What the last launch, restart or fix of a stack wrote where it failed; nothing where it went well. */
export function readUpOutput(stateDir: string, stack: string): string[] {
  const last = readJobRecords(jobsDir(stateDir))
    .map(({ view }) => view)
    .findLast((view) => view.state !== "running" && isAbout(view, stack));
  if (last === undefined || last.state !== "failed") return [];
  const { log, error } = last;
  const reason = error?.params["reason"] ?? error?.params["seen"];
  return [...log, ...(typeof reason === "string" ? reason.split("\n") : [])];
}

function isAbout({ action, services }: JobView, stack: string): boolean {
  switch (action.do) {
    case "launch":
      return action.stacks.length === 0
        ? services.length === 0 || services.some((service) => service.stack === stack)
        : action.stacks.includes(stack);
    case "restart":
    case "deploy":
    case "rollback":
      return action.stack === stack;
    default:
      return false;
  }
}
