/** What projects, checks and targets refuse. */
export const stacks = {
  app_not_running: "No instance of {stack} answers.",
  artifact_too_large:
    "{dir} has more than {files} files, too many for a device. Name the built part as dir in dockfra.yaml.",
  check_invalid:
    'No check can be read from {sentence}: {why}. Write GET /path [-> STATUS] [contains "text"] [lacks "text"], or: log lacks "text"',
  compose_config_invalid: "Compose refuses the files of {stack}: {reason}. Correct them and deploy again.",
  compose_missing: "The docker command has no Compose v2 plugin. Install docker-compose-plugin.",
  deploy_cancelled: "The deploy of {stack} was cancelled.",
  device_failed: "{device} failed in the middle: {why}. Try again.",
  device_key_missing: "There is no key {path} to reach {device} with. Make what is missing: dockfra init",
  device_port_taken:
    "Port {port} of the device is taken by {holder}. Use another: add {name}={nextFree} to dockfra/.env.",
  device_refused:
    "{device} at {host}:{port} does not let {user} in with the monitor's key. Add the line of dockfra/ssh/monitor-to-device.pub to ~/.ssh/authorized_keys there.",
  device_unhealthy:
    "The new release of {stack} is on the device, but is not healthy: {seen}. Read its log lines.",
  device_unknown: "There is no device {name}. There is: {known}. Start the simulated one: dockfra devices up",
  device_unreachable:
    "{device} does not answer at {host}:{port}: {why}. Switch it on, or start the simulated one: dockfra devices up",
  docker_failed: "docker failed for {project}: {reason}. Try again.",
  docker_missing:
    "The docker command was not found. Install Docker, or give the stack a command in dockfra.yaml.",
  engine_unreachable: "No Docker engine answers: {reason}. Start it, or check that you may use it.",
  env_file_invalid: "{path} cannot be read: line {line}: {reason}. Mend that line.",
  env_file_link: "{path} is a link. Put the file itself there.",
  env_file_too_large:
    "{path} must be a file of at most {most} bytes. Put long texts elsewhere, and take values out that nobody uses.",
  env_file_unreadable: "{path} cannot be read ({code}). Check its permissions.",
  env_file_unwritable: "{path} cannot be written ({code}). Check the directory and free space.",
  env_key_invalid: "{key} is no name of a variable. Use letters, digits and _, not beginning with a digit.",
  env_key_refused: "{key} can make a program run or load something else, so it is not kept in an env file.",
  env_value_refused:
    "The value of {key} has {what}, which an env file cannot hold. Put it into a file of its own, and name that.",
  fetch_refused: "{url} is not fetched: {why}. Name the stack's address as url in dockfra.yaml.",
  file_refused: "{file}:{line}:{column}: {why}. Mend it; the other stacks load without it.",
  health_timeout:
    "The new release of {stack} did not answer GET {health} with 200 within {timeoutMs} ms. Check that it listens on the port it is given.",
  host_key_changed:
    "{device} at {host}:{port} shows another host key than the pinned one ({fingerprint}): it is another machine, or somebody is in between. Nothing was sent. If that was on purpose: a role and its callers get new keys with dockfra keys rotate {device}, a device's host_key is in dockfra.yaml.",
  host_key_unknown:
    "The host key of {device} at {host}:{port} is not pinned. It shows {fingerprint}; compare that on the device, then add to its entry in dockfra.yaml: host_key: {key}",
  log_unknown: "Neither a container nor a stack is named {name}. See: dockfra stacks",
  no_compose_file:
    "The release of {stack} has no {files} in {dir}. Commit it, or correct files and dir in dockfra.yaml.",
  no_target:
    "{stack} cannot be deployed: {why}. Say in dockfra.yaml how, under deploy.{stack}: command, url and health.",
  nothing_to_run:
    "There is no Compose file and no dockfra.yaml here: tickets can change code, but nothing is deployed.",
  page_unreachable: "{url} gave no answer: {why}.",
  port_in_use:
    "Port {port} of {service} in {stack} is taken by {holder}. Stop it, or give the stack another port.",
  port_refused: "Port {port} for {stack} cannot be opened ({reason}). Choose another url in dockfra.yaml.",
  port_taken:
    "Port {port} for {stack} is taken by {holder}. Stop it, or choose another port for url in dockfra.yaml.",
  project_file_invalid: "{file}:{line}:{column}: {why}. Mend the line and try again.",
  release_missing: "The release has no directory {dir} in {tree}. Export it again.",
  root_missing: "There is no directory {root}. Create it, or name another with --root.",
  root_not_directory: "{root} is a file. Name the directory it is in with --root.",
  root_unreadable:
    "This user may not read {root}. Change its mode or owner, or name another directory with --root.",
  runner_garbled:
    "The runner of {stack} answered something else than it was asked. Stop the stack and deploy it again.",
  runner_lost: "The runner of the stack ended while it worked. Try again: the next call starts it anew.",
  runner_not_started: "The runner of {stack} did not start. Look into {dir}.",
  runner_silent: "The runner of the stack did not answer in time. Try again.",
  stack_name_invalid: "{stack} is no name for a stack. Use a-z, 0-9, - and _.",
  start_failed: "The new release of {stack} {end} before it was healthy. Read its log lines.",
  state_not_written: "The state of {stack} could not be written to {dir}. Make room on the disk.",
  url_invalid: "A process cannot answer at {url}. Give url as http://127.0.0.1:PORT in dockfra.yaml.",
  value_empty:
    "{name} has no value, and {stack} starts with nothing in its place. Give it one: dockfra env set {name} VALUE",
  value_missing: "{name} has no value, and {stacks} cannot start without it. Enter one.",
} as const;
