/** What jobs of the monitor tell and refuse. */
export const jobs = {
  action_unknown: "This monitor does not know how to {do}. Update it.",
  job_cancelled: "The job was cancelled.",
  job_cut_off: "The monitor ended while the job {job} was at work. Look at what runs, then ask again.",
  job_done: "{do} {what}: {state}",
  job_id_taken: "Another job has the id {job}. Use a new one.",
  job_in_the_way:
    "The job {job} ({do}) is at work there. Wait for it, or cancel it: dockfra jobs cancel {job}",
  job_log: "output of the job {job}",
  job_not_found: "There is no job {job}. See: dockfra jobs",
  job_started: "{do} {what}: begun by {by}",
  job_step: "{stack} {service}: {step}",
} as const;
