/** What jobs of the monitor tell and refuse. */
export const jobs = {
  action_unknown: "This monitor does not know how to {do}. Update it.",
  clone_at_work: "The app's code is being cloned already. Wait for it.",
  clone_denied: "{root} cannot be written by this user. Change its owner or mode, then try again.",
  compose_call_failed: "docker compose {verb} of {stack} failed: {reason}. Mend what it names and try again.",
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
  launch_failed: "docker compose up of {stack} failed: {reason}. Mend what it names and launch again.",
  launch_in_the_way:
    "Nothing was started: something is in the way of {stacks} ({count}). Mend it, or go on all the same with --force.",
  launch_timeout:
    "{services} of {stack} did not become healthy within {minutes} minutes. Read the log lines: dockfra logs {stack}",
  nothing_to_launch: "There is no Compose file below {root}. Write one.",
  own_project: "{stack} is Dockfra itself. Use: dockfra stop",
  service_exited: "{service} of {stack} ended ({how}). Read its log lines: dockfra logs {stack} {service}",
  service_not_started: "{service} of {stack} was not started: {reason}. Mend what it names.",
  service_restarting:
    "{service} of {stack} ends again and again ({how}, restarts: {restarts}). Read its log lines: dockfra logs {stack} {service}",
  service_unhealthy:
    "{service} of {stack} runs, but its health check fails: {output}. Read its log lines: dockfra logs {stack} {service}",
  service_unknown: "{stack} has no container of {service}. There is: {known}.",
  stack_elsewhere:
    "{stack} is run by its target in dockfra.yaml ({target}), not by Compose here. Use: {command}",
  stack_left_out: "{stack} was not started: it needs {needed}. Mend that first.",
  stack_not_running: "{stack} does not run. Start it: {command}",
} as const;
