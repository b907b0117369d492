/** What a role's shell refuses. */
export const shell = {
  by_hand_elsewhere:
    "{ticket} is worked on by hand at {instance}. Ask there, or give it back: ticket-work {ticket} --release",
  by_hand_not: "{ticket} is not worked on by hand. Take it first: ticket-work {ticket}",
  by_hand_not_held: "{ticket} is {state} and not with the developer now. {next}",
  branch_moved: "{branch} went on meanwhile. Run ticket-work {ticket}, then: git merge dockfra/now",
  bundle_invalid: "What was sent is no commit of {branch} that can be taken: {why}",
  bundle_too_large:
    "The branch is larger than {most} bytes and cannot be handed over. Work on it outside of the role's shell.",
  change_refused: "{path} may not be changed by a ticket: {why}. Take it out of the commits.",
  engine_not_usable: "The engine {engine} cannot be used: {why}",
  github_not_connected:
    "No GitHub repository is connected, so there is nothing to {way}. Tickets stay in Dockfra.",
  github_sync_missing: "This version of Dockfra does not {way} tickets to {repository}.",
  not_pushed_yet: "{ticket} has no commits on its branch yet. Run: commit-push {ticket}",
  nothing_to_push: "{dir} has nothing that is not on the branch already.",
  plan_created: "All of the plan is handed in already: {tickets}.",
  plan_empty: 'The kept plan has no tickets. Make one: pilot-plan "the goal"',
  plan_missing: 'No plan is kept. Make one: pilot-plan "the goal"',
  shell_answer_invalid:
    "The agent's answer to {operation} cannot be read. Bring both to the same version: dockfra up",
  shell_command_unknown: "The {role}'s shell has no command {command}. All of them: commands",
  shell_denied: "The {role} may not do this: the bus refuses it to this role.",
  shell_no_way: "The {role} has no key to other roles. Log in there yourself: dockfra ssh {to}",
  shell_only:
    "{command} works in a person's own files, so it runs in the role's shell only. Log in: dockfra ssh ROLE",
  shell_role_unknown: "{to} is no other role. There is {roles}.",
  shell_text_missing: 'Say what to plan: plan "what is wanted", or plan --file FILE',
  shell_ticket_invalid: "{id} is no ticket's id. Write it as T-0001.",
  shell_ticket_unclear: "This is no ticket's directory. Name the ticket: commit-push T-0001",
  shell_title_missing: 'A ticket needs a title. Write: ticket-create "what is wanted"',
  shell_tool_missing: "{tool} is not installed here.",
  shell_usage: "{why}. See: {command} --help",
  taken_by_hand: "A person works on {ticket} now.",
  tests_failed:
    "The tests of {ticket} fail ({command}). Mend them, or send it anyway: ticket-done {ticket} --anyway",
  ticket_not_workable: "{ticket} is {state}, and nothing is to be implemented then.",
  tool_not_installed: "{tool} is not installed in this container. Where Python is: {command}",
  work_not_pushed: "There is work on {ticket} that is not on its branch. Run: commit-push {ticket}",
  work_tree_elsewhere: "{dir} is on {on}. Run: git switch {branch}",
  work_tree_missing: "{dir} is no work tree of a ticket. Take one first: ticket-work T-0001",
  work_tree_taken: "{dir} is there already and no clone. Move it away, then try again.",
} as const;
