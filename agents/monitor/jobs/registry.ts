import type { JobActions, JobParts } from "./actions.ts";

/** Gathers what the monitor can do as a job; each part of it makes its own actions. */
export function createJobActions(_parts: JobParts): JobActions {
  return {};
}
