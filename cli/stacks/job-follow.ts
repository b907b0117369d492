import { DockfraError } from "../../bus/kernel/errors.ts";
import type { FeedEntry } from "../../bus/messages/feed.ts";
import { ServiceProgress, type JobView, type StackAction } from "../../bus/messages/stack-jobs.ts";
import type { ClientBus } from "../../bus/ports/bus.ts";

export interface JobWatcher {
  /** Gets each change of a service. */
  readonly onStep: (progress: ServiceProgress) => void;
  /** Gets each line that the job's programs write, with where it comes from. */
  readonly onLine: (line: string, source: string) => void;
}

export interface JobFollowOptions extends JobWatcher {
  readonly action: StackAction;
  readonly id: string;
  readonly by: string;
  /** Cancels the job. */
  readonly signal: AbortSignal;
}

/** The longest that a monitor which is started anew is waited for. */
const patienceMs = 60_000;
const waitMs = 2_000;

/** Begins a job and follows it to its end, over a restart of the monitor too; Ctrl-C cancels it. @throws what `monitor.act` refuses */
export async function followJob(bus: ClientBus, options: JobFollowOptions): Promise<JobView> {
  const { action, id, by, signal } = options;
  const end = new AbortController();
  const watching = bus.watchFeed((entry) => tell(entry, options), end.signal);
  const cancel = (): void => {
    // the answer comes with the job itself
    void bus.question("monitor.job-cancel", { id }).catch(() => undefined);
  };
  signal.addEventListener("abort", cancel, { once: true });
  try {
    let job = await bus.question("monitor.act", { id, action, by });
    while (job.state === "running") job = await ask(bus, id);
    return job;
  } finally {
    signal.removeEventListener("abort", cancel);
    end.abort();
    await watching;
  }
}

async function ask(bus: ClientBus, id: string): Promise<JobView> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    try {
      return await bus.question("monitor.job", { id, waitMs });
    } catch (error) {
      const passing = error instanceof DockfraError && error.kind === "unavailable" && error.retryable;
      if (!passing || performance.now() > untilMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function tell({ code, params, text }: FeedEntry, { id, onStep, onLine }: JobFollowOptions): void {
  if (params["job"] !== id) return;
  if (code === "job_step") {
    const told = Object.entries(params).filter(([name]) => name !== "job");
    const step = ServiceProgress.safeParse(Object.fromEntries(told));
    if (step.success) onStep(step.data);
  }
  if (code === "job_log" && text !== undefined) {
    const source = [params["stack"], params["service"]].filter((part) => part !== undefined).join("/");
    for (const line of text.split("\n")) onLine(line, source);
  }
}
