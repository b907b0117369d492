import type { DeployView } from "../../../bus/messages/deploy.ts";
import { reachOf } from "../jobs/reach.ts";
import { jobsDir, readJobRecords } from "../jobs/job-record.ts";

/** Makes what says whether a stack is being changed now: by its deploy lane, or by a job of the monitor. */
export function findChanges(
  lanes: readonly DeployView[],
  stateDir: string,
): (names: readonly string[]) => boolean {
  const busy = new Set(lanes.filter(({ state }) => state !== "idle").map(({ stack }) => `stack ${stack}`));
  const jobs = readJobRecords(jobsDir(stateDir)).filter(({ view }) => view.state === "running");
  for (const { view } of jobs) for (const place of reachOf(view.action)) busy.add(place);
  return (names) => busy.has("*") || names.some((name) => busy.has(`stack ${name}`));
}
