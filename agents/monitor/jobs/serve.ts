import type { QuestionInput } from "../../../bus/messages/questions.ts";
import type { EventMemory } from "../../../stacks/watch/event-memory.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import { explainJob } from "../diagnose/failure-diagnosis.ts";
import { createRedactor } from "../../llm/redaction.ts";
import { readProjectAtRoot } from "../stack-service/project-reading.ts";
import { findSecretValues } from "../stack-service/secret-values.ts";
import type { JobParts } from "./actions.ts";
import { requireApproval } from "./fix-actions.ts";
import { jobsDir } from "./job-record.ts";
import { JobStore } from "./job-store.ts";
import { createJobActions } from "./registry.ts";

export interface JobServiceOptions extends Omit<JobParts, "prefix"> {
  /** Name of the installation; default: as its environment says. */
  readonly prefix?: string;
  /** What was heard of the stacks' containers. */
  readonly events?: EventMemory;
  readonly bus: Pick<WorkerBus, "serveQuestion" | "question" | "tell">;
  readonly signal: AbortSignal;
}

/** How long an answer waits for a cancelled job to end. */
const cancelWaitMs = 8_000;

/** Answers until the signal what people ask to be done with stacks; jobs at work then end as cut off. */
export async function serveJobs(options: JobServiceOptions): Promise<void> {
  const { bus, root, stateDir, signal } = options;
  const prefix = options.prefix ?? process.env["DOCKFRA_PREFIX"] ?? "dockfra";
  const store = new JobStore({
    dir: jobsDir(stateDir),
    actions: createJobActions({ ...options, prefix }),
    explain: (failed) => explainJob(failed, options),
    tell: (entry) => bus.tell(entry),
    createRedact: async () => {
      const { variables } = await readProjectAtRoot(root, stateDir);
      return createRedactor(findSecretValues(variables).values).redact;
    },
  });
  await Promise.all([
    bus.serveQuestion(
      "monitor.act",
      async (input) => {
        const request = input as QuestionInput<"monitor.act">;
        requireApproval(stateDir, request.action);
        return store.begin(request);
      },
      signal,
    ),
    bus.serveQuestion("monitor.jobs", async () => ({ jobs: store.list() }), signal),
    bus.serveQuestion(
      "monitor.job",
      async (input) => {
        const { id, waitMs = 0 } = input as QuestionInput<"monitor.job">;
        return store.wait(id, waitMs);
      },
      signal,
    ),
    bus.serveQuestion(
      "monitor.job-cancel",
      async (input) => store.cancel((input as QuestionInput<"monitor.job-cancel">).id, cancelWaitMs),
      signal,
    ),
  ]);
  await store.close();
}
