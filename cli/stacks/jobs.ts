import type { JobView, StackAction } from "../../bus/messages/stack-jobs.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { printableLine } from "../../terminal/printable.ts";
import { alignRows } from "../../terminal/table.ts";
import { toSentence } from "../terminal/failure.ts";
import { reportEnd } from "./act.ts";
import { toJobTable } from "./job-screen.ts";

/** `jobs [ID]`: the monitor's last jobs, or one with its services and log. @throws `job_not_found` */
export async function showJobs(invocation: Invocation<object>, id?: string): Promise<number> {
  const { screen } = invocation;
  return withOperator(invocation, async (bus) => {
    if (id === undefined) {
      const { jobs } = await bus.question("monitor.jobs", {});
      if (screen.json) screen.data({ ok: true, jobs });
      else if (jobs.length === 0) screen.line("No jobs yet. Begin one: dockfra launch");
      else for (const line of alignRows(jobs.map(toRow))) screen.line(line);
      return 0;
    }
    const job = await bus.question("monitor.job", { id });
    if (!screen.json) {
      for (const line of toJobTable(screen, job.services)) screen.line(line);
      for (const line of job.log) screen.line(screen.paint("dim", printableLine(line, 2_000)));
    }
    return reportEnd(screen, job);
  });
}

/** `jobs cancel ID`: cancels a job; what ran before goes on. @throws `job_not_found` */
export async function cancelJob(invocation: Invocation<object>, id: string): Promise<void> {
  const { screen } = invocation;
  const job = await withOperator(invocation, (bus) => bus.question("monitor.job-cancel", { id }));
  if (screen.json) screen.data({ ok: true, job });
  else screen.line(job.state === "running" ? `${id} is being cancelled.` : `${id} is ${job.state}.`);
}

function toRow({ id, action, state, startedAtMs, error }: JobView): string[] {
  const why = error === undefined ? "" : printableLine(toSentence(error), 100);
  return [
    id,
    new Date(startedAtMs).toISOString().slice(0, 19),
    state,
    `${action.do} ${aboutOf(action)}`,
    why,
  ];
}

function aboutOf(action: StackAction): string {
  if ("stacks" in action) return printableLine(action.stacks.join(" ") || "all");
  if ("stack" in action) return printableLine(action.stack);
  if ("ticket" in action) return action.ticket;
  return "fix" in action ? action.fix : "";
}
