/** What the command line and the supervisor refuse. */
export const commandLine = {
  already_repository: "{root} is in the git repository {top} already. Nothing was changed.",
  app_exists: "{dir} is there already, and nothing is written over it.",
  app_source_invalid:
    "GIT_REPO_URL {url} with GIT_BRANCH {branch} is no address of a repository. Write it as https://host/name.git and a branch.",
  app_source_missing:
    "GIT_REPO_URL says nothing, so there is nothing to clone. Set it with: dockfra env set GIT_REPO_URL URL",
  base_image_missing:
    "The image {image} cannot be had: {why}. Pull it with docker pull {image}, or name another with BASE_IMAGE.",
  clone_failed: "{url} could not be cloned: {why}. Mend GIT_REPO_URL or GIT_BRANCH.",
  data_invalid: 'The data is no JSON: {why}. Write it as \'{"id": "T-0001"}\'.',
  demo_dir_taken: "{dir} is not empty. Name a folder that does not exist yet, or leave --dir out.",
  disk_full:
    "There is no space left to write {path}. Free some disk space, then try again; nothing that was answered is lost.",
  docker_failed: "docker {command} failed: {why}. Mend that and try again.",
  engine_disk_full:
    "The disk of the Docker engine is full: {why}. Make room, as with docker builder prune, and try again.",
  engine_remote:
    "The Docker engine {host} is not on this machine, and the roles' containers need files of this one. Choose a local engine with docker context use, or add: --runtime process",
  engine_too_old:
    "{name} {version} is too old: the roles' containers need {minimum} or newer. Update it, or add: --runtime process",
  file_denied: "This user may not read or write {path}. Change its owner or mode, or run as its owner.",
  file_missing: "There is no file {path}. Name one that exists, or - for stdin.",
  file_read_only: "{path} is on a read-only file system. Choose another place with --root.",
  flow_invalid: "{flow} names no flow. Write T-0001, or one of {kinds} with its id, as deploy/web.",
  git_refused: "git {command} failed in {root}: {why}. Mend that and try again.",
  git_too_slow:
    "git {command} in {dir} did not end within {seconds} s. See whether the disk or a lock holds it up.",
  keys_busy: "Process {pid} is changing keys in {dir}. Try again when it is done.",
  keys_not_taken:
    "The new keys of {host} are made, but its container did not take them over within {timeoutS} s. See what it says: dockfra logs {host}",
  github_repo_invalid: '"{repo}" names no repository. Say which one: dockfra setup github --repo OWNER/NAME',
  image_build_failed:
    "The images of the roles could not be built: {why}. See it all with: docker buildx bake -f {file}",
  llm_key_missing:
    "Neither a key nor an address of a model is known. Give one: dockfra setup llm --key - (it is read from stdin), or --base-url URL",
  llm_no_answer:
    "The model at {url} does not answer: {why}. What was given is kept; try again with: dockfra setup llm",
  log_unknown: 'Nothing named "{name}" has a log here. There is: {known}.',
  no_free_port: "No port from {from} to {to} is free. End some of the programs that hold them.",
  not_running: "Nothing runs for {root}. Start it with: dockfra up --root {root}",
  nothing_to_change: "Nothing to change was given. See what can be: dockfra ticket update --help",
  part_not_ready: "The {part} did not get ready: {how}. Its log is {log}.",
  port_invalid: '{name} is "{text}", which is no port. Use a number from 1 to 65535.',
  port_taken:
    "Port {port} ({name}) is taken by {holder}. Use another with: dockfra env set {name} {proposal}; or let Dockfra choose: --free-ports",
  prefix_is_project:
    'The Compose project "{project}" is yours ({at}), and Dockfra would name its own so under the prefix "{prefix}". Choose another one: --prefix {proposal}',
  prefix_has_containers:
    "The prefix {prefix} has containers of {root} on this engine. Remove them with dockfra down --root {root}, or add: --prefix {proposal}",
  prefix_in_use:
    "The prefix {prefix} is held by {root} (process {pid}). For this root add: --prefix {proposal}",
  root_empty:
    "{root} is empty, so there is nothing to work on. Put your project there, or name its directory with --root.",
  root_in_use:
    "{root} is already run by process {pid}, started {since}. See it with dockfra status, or stop it with dockfra down.",
  purge_unconfirmed:
    "Nothing was removed. To remove {dir}, the homes and the images of the roles, add: --yes",
  role_not_ready: "{name} did not get healthy within {seconds} s: {how}. See: docker logs {name}",
  runtime_invalid: 'DOCKFRA_RUNTIME is "{text}". Use auto, docker or process.',
  servers_down: "No NATS server answers at {servers}. Start it, or mend the address after --servers.",
  servers_incomplete:
    "A bus of your own needs both --servers and --creds. Its accounts and credentials are made by: dockfra bus config --creds DIR",
  servers_missing:
    "Nothing runs for {root}, so say where the bus is: --servers nats://host:4222 --creds DIR. Both are made by: dockfra bus config",
  ssh_client_missing:
    "There is no ssh on this machine's PATH. Install OpenSSH's client (Debian: apt install openssh-client), then try again.",
  ssh_failed: "The ssh client gave up on {host}: {why}. See what runs: dockfra status",
  ssh_host_unknown: 'There is no role "{name}" to log in to. There are: {known}.',
  ssh_host_unpinned: "No host key of {host} is pinned for {address}. Run: dockfra init",
  ssh_key_exposed: "{path} can be read by others. Run: chmod 600 {path}",
  ssh_key_invalid:
    "{path} is no ED25519 key of OpenSSH without a passphrase, or not the other half of its pair. Move it away, then make a new one: dockfra init",
  ssh_key_missing: "There is no key {path}. Make what is missing: dockfra init",
  ssh_key_refused:
    "The {host} at {address} does not know this key. Make new ones for both sides: dockfra keys rotate {host}",
  ssh_process_runtime:
    "The roles of {root} run as processes of this machine, without a shell of their own. Use the commands of dockfra, or start them in containers: dockfra down, then dockfra up --runtime docker",
  ssh_unreachable: "The {host}'s sshd does not answer at {address}: {why}. See what runs: dockfra status",
  start_cancelled: "The start was cancelled. What had begun is stopped; start again with: dockfra up",
  state_dir_taken:
    "{dir} already holds something else ({name}), and Dockfra keeps its state there. Rename that directory, or name another root with --root.",
  state_unknown: "No ticket is ever {state}. The states are {states}.",
  still_starting: "What runs for {root} is still starting. Try again in a moment.",
  stream_unknown: 'No stream "{stream}" of the prefix {prefix} has consumers. See: dockfra bus consumers',
  subject_invalid:
    '"{subject}" is no subject. Write words with dots between them, as do.operator.ticket-list, or the name of an intent, as ticket.list.',
  supervisor_died: "The supervisor ended before it was ready ({how}). Its log is {log}.",
  supervisor_gone: "The supervisor ended before it said where the bus is. Start everything with: dockfra up",
  supervisor_stuck:
    "Process {pid} did not end within {seconds} s. Look into {root}/dockfra/logs, or end it with: kill -9 {pid}",
  text_missing: "The comment is empty. Write what you want to say, or - to read it from stdin.",
  ticket_id_invalid: "{id} is no ticket's id. Write it as T-0001; all of them: dockfra ticket list",
  ticket_title_long:
    "The title has {length} characters, and {most} are allowed. Put the rest into --description.",
  ticket_title_missing:
    'A ticket needs a title. Write: dockfra ticket create "what is wanted", or give a file that begins with a heading.',
  too_many_files: "The system allows no more open files. Raise the limit (ulimit -n), then try again.",
  variable_name_invalid:
    "{name} is no name of a variable. Use letters, digits and _, not beginning with a digit.",
  variable_unknown: "No stack below {root} uses {name}. See: dockfra env list",
  variable_unset: "{name} has no value. Set it with: dockfra env set {name} VALUE",
  usage: "{why}. See {help}.",
} as const;
