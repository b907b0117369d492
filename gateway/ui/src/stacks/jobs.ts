import type { JobView, StackAction } from "../../../../bus/messages/stack-jobs.ts";
import { useLive } from "../live/live-context.ts";

/** Begins a job, and has the page show it; refusals are thrown as errors of the API. */
export function useBegin(): (action: StackAction) => Promise<JobView> {
  const { call, state, read } = useLive();
  return async (action) => {
    const job = await call<JobView>("/jobs", { body: action });
    state.jobs.update(({ value = [] }) => ({
      value: [job, ...value.filter(({ id }) => id !== job.id)],
      error: undefined,
    }));
    void read.jobs();
    return job;
  };
}

/** What a job is about, in a word or two; empty for everything. */
export function aboutOf(action: StackAction): string {
  if (action.do === "launch") return action.stacks.join(", ");
  if ("stack" in action)
    return "services" in action && action.services ? action.services.join(", ") : action.stack;
  return "ticket" in action ? action.ticket : "";
}

/** The stacks that a job works on; nothing stands for all. */
export function stacksOf({ action, services }: JobView): readonly string[] {
  if (action.do === "launch") return action.stacks;
  if ("stack" in action) return [action.stack];
  return [...new Set(services.map(({ stack }) => stack))];
}

const steps = ["waiting", "pull", "build", "create", "start", "healthy"] as const;

/** How far a service is on its way to healthy, from 0 to 1. */
export function shareOf({ step, done = 0 }: JobView["services"][number]): number {
  if (step === "done" || step === "healthy" || step === "failed") return 1;
  if (step === "stop") return 0.5;
  return (steps.indexOf(step) + done) / (steps.length - 1);
}
