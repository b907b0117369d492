/** What the flows and the orchestrator refuse, and why a ticket stands still. */
export const flows = {
  approval_rejected:
    "A person refused the change of {ticket}: {reasons}. Mend it, then: dockfra ticket resume {ticket}",
  work_outdated:
    'The description of {ticket} changed after its work was made. Have it made anew: dockfra ticket reject {ticket} --reason "the description changed"',
  approval_stale:
    "The approval is for another version of {ticket}. Look again with dockfra ticket show {ticket}, then approve.",
  base_keeps_moving:
    "The base branch moved under {ticket} again and again. Wait for the other merges, then: dockfra ticket resume {ticket}",
  command_held: "{command} is held by {holder}.",
  deploy_timeout: "The deploy to {stack} took too long while {step}. See what runs: dockfra status",
  event_refused: "It is {state} and does not take {event}.",
  flow_contended: "{flow} is changed by many at once. Try again.",
  flow_taken: "{id} exists already.",
  flow_unknown: "There is no {kind} {id}. See: dockfra {kind} list",
  lease_lost: "{command} is done by another now. Nothing was changed.",
  log_gap: "The log lost a record that it had acknowledged. Look at the disk of the bus's store.",
  machine_unknown:
    "This program does not know version {version} of the {kind} machine. Start a newer Dockfra.",
  not_now: "{ticket} is {state}; {verb} works while it is {states}.",
  not_restored:
    "The old release of {stack} could not be put back: {why} Look at it now: dockfra stack status {stack}",
  person_needed: "Only a person may {verb} {ticket} this way: dockfra ticket {verb} {ticket}",
  result_invalid:
    "{instance} answered {type} with something else than agreed. Update all parts to the same version.",
  result_late: "{flow} no longer waits for {command}.",
  review_rejected:
    "The review refused the change of {ticket}: {reasons}. Mend it, then: dockfra ticket resume {ticket}",
  step_timeout:
    "{ticket} waited too long while {step}. See what runs with dockfra status, then: dockfra ticket resume {ticket}",
  tests_failed:
    "The tests of {ticket} fail: {command} exited with {exitCode}. Mend the change, then: dockfra ticket resume {ticket}",
  ticket_numbers_contended: "Many tickets are being created at once. Try again.",
  ticket_unknown: "There is no ticket {ticket}. See: dockfra ticket list",
  timer_stale: "A timer of {flow} is not set any more.",
  triage_pending: "{ticket} is still being triaged. Try again in a moment.",
  verification_failed:
    "{failed} of {total} checks failed on the running app: {observed}. The old release was put back.",
  incident_not_quiet:
    "The incident {key} is {state}: it is over when its symptom stayed away for {quietMs} ms.",
} as const;
