/** What the roles cannot do. */
export const agents = {
  agent_down: "The agent of this role does not answer. It is started again by itself: try in a moment.",
  base_branch_missing:
    'The repository {repo} has no branch {branch} with a commit. Run: git -C {dir} add -A && git -C {dir} commit -m "Start"',
  base_diverged:
    "The branch {branch} of {dir} and the merged tickets have both gone on. On that branch, run: {command}",
  base_moved:
    "{branch} moved since the candidate of {ticket} was made. A new one has to be made and verified.",
  branch_exists:
    "The branch {branch} in {dir} has commits that are not of {ticket}. Rename it, then resume the ticket: {command}",
  cancelled: "It was stopped.",
  command_input_invalid: "The input of {type} is not valid: {why}. Update all parts to the same version.",
  command_not_done_here: "{type} is not done here. Update all parts to the same version.",
  command_output_invalid: "The output of {type} is not valid: {why}. Update all parts to the same version.",
  commit_missing:
    "The exchange has no commit {commit} for {ticket}. Do the work again: dockfra ticket resume {ticket}",
  commit_unknown:
    "The repository {repo} has no commit {commit} on its base branch or a ticket's. Commit it first.",
  container_environment:
    "The container's environment does not fit its role ({name}). Start it by dockfra up.",
  deploy_lane_busy:
    "{ticket} is being deployed to {stack} ({state}). Wait for it (dockfra deploy list), or cancel it: dockfra ticket cancel {ticket}",
  door_busy: "There are {open} requests open already. Wait for their answers.",
  door_line_too_long: "A request is longer than {maxBytes} bytes. Send less at once.",
  door_operation_unknown: "This role does not do {name}. It does: {known}.",
  door_request_invalid: "That is no request to an agent: {why}. Update the image.",
  empty_diff:
    "The engine {engine} changed nothing for {ticket}: {branch} may have the change already. Say in the ticket what is missing, or cancel it.",
  engine_failed: "The engine ended with {exitCode}. Look at the ticket's log, then resume it.",
  engine_missing:
    "The engine {program} of dockfra.yaml does not start: {why}. Install it, or mend engines.command.",
  engine_timeout:
    "The engine did not end within {timeoutS} s. Raise timeout_s under engines.command, or make the ticket smaller.",
  git_answer_too_large: "git {command} answered more than {maxOutputBytes} bytes. Split the change.",
  git_failed: "git {command} failed in {dir}: {why}",
  git_missing: "There is no git that runs on this machine's PATH. Install git 2.34 or newer, then try again.",
  git_timeout: "git {command} did not end within {timeoutMs} ms. See whether the disk or a lock holds it up.",
  merge_conflict:
    "{branch} and {base} change the same lines of {files}. A resumed ticket is done anew on {base}; a patch has to be replaced before: dockfra ticket update {ticket} --description …",
  nested_repository: "{path} was made a repository of its own. Work on it in its own project.",
  no_engine:
    "No engine can do {ticket}. Add a ```diff block with the change to its description, engines.command to dockfra.yaml, or a model's OPENROUTER_API_KEY to dockfra/.env, then: dockfra ticket resume {ticket}",
  no_repository:
    "{root} is no git repository, and a ticket's work is a branch. Run: dockfra git-init --root {root}",
  outside_author_refused:
    "{author} has no write access to the project, and roles that run as plain processes take no work from outside. Use the docker runtime, or create the ticket yourself.",
  patch_does_not_apply: "The patch does not apply: {why}. Make it anew from the present base branch.",
  patch_mode_refused: "The patch makes {path} a link or a submodule. Only plain files can be patched.",
  patch_path_refused:
    "The patch touches {path}, which is outside the project's files or runs by itself. Leave it out.",
  ref_moved: "{ref} moved meanwhile. Try again.",
  release_not_running: "{stack} runs {seen} and not the candidate. Deploy it again.",
  release_unknown: "{stack} has no release {release} that could be put back. There is: {known}.",
  repo_unclear:
    "{ticket} could be for any of these repositories: {repos}. Choose one: dockfra ticket update {ticket} --repo NAME",
  repo_unknown: "There is no repository {repo} below {root}. There is: {known}. Name one of these.",
  repository_not_ours:
    "The repository {dir} belongs to another user, and git refuses to read it. Start dockfra as its owner.",
  sandbox_failed: "The sandbox did not tidy up: {why}. Start the role again.",
  stack_not_in_repo: "The stack {stack} is in the repository {in}, not in {repo}. Name one that fits.",
  deploy_without_repository:
    "There is no git repository below {root}, and what is deployed is a commit. Make one with dockfra git-init, or start {stack} as it stands: dockfra launch {stack}",
  stack_repo_unclear:
    "It is not clear which repository {stack} is deployed from. There is: {known}. Name a directory in one of them under deploy.{stack}.dir in dockfra.yaml.",
  stack_unclear:
    "{ticket} could be for any of these stacks: {stacks}. Choose one: dockfra ticket update {ticket} --stack NAME",
  stack_unknown: "There is no stack {stack} below {root}. There is: {known}. Name one of these.",
  test_command_missing:
    "The test command {command} of dockfra.yaml does not start: {why}. Install it, or mend test.",
  test_timeout:
    "The tests ({command}) did not end within {timeoutS} s and were stopped. Mend what hangs, or raise timeout_s under test.",
  too_many_checks: "The ticket asks for {count} checks, which is too many. Split it.",
  work_place_taken:
    "{dir} is not the agent's own directory. Remove the volume of work trees, then start the role again.",
} as const;
