import { newId } from "../../bus/kernel/ids.ts";
import type { Actor } from "../../bus/messages/principals.ts";
import type { JobView, StackAction } from "../../bus/messages/stack-jobs.ts";
import type { QuestionClient } from "../../bus/ports/intents.ts";
import type { KnownSecrets } from "../text/known-secrets.ts";
import { cleanDiagnoses } from "./diagnoses.ts";
import { keepColours } from "../text/terminal-text.ts";

/** Begins jobs of the monitor for people, and tells how they go; what is shown of them is safe to show. */
export interface StackJobs {
  /** @throws `job_in_the_way`, `action_unknown`, `monitor_down` */
  begin(action: StackAction, actor: Actor, id?: string): Promise<JobView>;
  /** Answers when the job has ended, or after `waitMs` (at most 10,000). @throws `job_not_found` */
  show(id: string, waitMs?: number): Promise<JobView>;
  /** Newest first. */
  list(): Promise<JobView[]>;
  cancel(id: string): Promise<JobView>;
}

/** What the way there and back may take beside the wait. */
const wayMs = 5_000;
/** A cancelled job is given time to end what it started. */
const cancelTimeoutMs = 15_000;

/** Makes the one way by which the page, the chat and the API have stacks worked on. */
export function createStackJobs({
  bus,
  secrets,
}: {
  readonly bus: QuestionClient;
  readonly secrets: KnownSecrets;
}): StackJobs {
  const clean = (text: string): string => secrets.redact(keepColours(text));
  const shown = (job: JobView): JobView => ({
    ...job,
    log: job.log.map(clean),
    ...(job.diagnoses ? { diagnoses: cleanDiagnoses(job.diagnoses, secrets) } : {}),
  });
  return {
    begin: async (action, actor, id = newId()) =>
      shown(await bus.question("monitor.act", { id, action, by: actor.id })),
    show: async (id, waitMs = 0) =>
      shown(await bus.question("monitor.job", { id, waitMs }, { timeoutMs: waitMs + wayMs })),
    list: async () => (await bus.question("monitor.jobs", {})).jobs.map(shown),
    cancel: async (id) =>
      shown(await bus.question("monitor.job-cancel", { id }, { timeoutMs: cancelTimeoutMs })),
  };
}
