/** What previews and incidents tell and refuse. */
export const previews = {
  incident_check_fails: "A check of {stack} fails on what runs: {what}",
  incident_crash_loop: "{service} of {stack} ends again and again ({what})",
  incident_out_of_memory: "{service} of {stack} was ended for want of memory ({what})",
  incident_stays_unhealthy: "{service} of {stack} stays unhealthy ({what})",
  preview_busy: "The preview of {ticket} is {state} just now. Wait for it: dockfra preview list",
  preview_closed: "the preview of {ticket} was closed",
  preview_failed:
    "The preview {project} did not come up ({step}): {reason}. Look at its log, correct the branch, and open it again.",
  preview_files_refused:
    "Compose refuses the files of {stack} on this branch: {reason}. Correct them and open the preview again.",
  preview_limit:
    "There may be {max} previews at once, and these are open: {open}. Close one: dockfra preview close TICKET",
  preview_no_ports: "There are no {count} free ports for {project}. Close another preview.",
  preview_no_stack: "{ticket} names no stack. Say which: dockfra ticket update {ticket} --stack NAME",
  preview_no_work: "{ticket} has no branch yet. Open its preview when the developer has committed.",
  preview_not_found: "{ticket} has no preview. See: dockfra preview list",
  preview_not_opened: "the preview of {ticket} did not come up: {reason}",
  preview_opened: "the preview of {ticket} runs at {url} ({passed} of {checks} checks pass)",
  preview_reads_outside:
    "A preview may only be made from the files of its branch, and this one reads {path}. Put the file into the repository.",
  preview_ticket_over: "{ticket} is {state}. Reopen it before you look at it.",
} as const;
