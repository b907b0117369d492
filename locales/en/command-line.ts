/** What the command line and the supervisor refuse. */
export const commandLine = {
  already_repository: "{root} is in the git repository {top} already. Nothing was changed.",
  data_invalid: 'The data is no JSON: {why}. Write it as \'{"id": "T-0001"}\'.',
  demo_dir_taken: "{dir} is not empty. Name a folder that does not exist yet, or leave --dir out.",
  disk_full:
    "There is no space left to write {path}. Free some disk space, then try again; nothing that was answered is lost.",
  file_denied: "This user may not read or write {path}. Change its owner or mode, or run as its owner.",
  file_missing: "There is no file {path}. Name one that exists, or - for stdin.",
  file_read_only: "{path} is on a read-only file system. Choose another place with --root.",
  flow_invalid: "{flow} names no flow. Write T-0001, or one of {kinds} with its id, as deploy/web.",
  git_refused: "git {command} failed in {root}: {why}. Mend that and try again.",
  git_too_slow:
    "git {command} in {dir} did not end within {seconds} s. See whether the disk or a lock holds it up.",
  not_running: "Nothing runs for {root}. Start it with: dockfra up --root {root}",
  nothing_to_change: "Nothing to change was given. See what can be: dockfra ticket update --help",
  part_not_ready: "The {part} did not get ready: {how}. Its log is {log}.",
  prefix_in_use:
    "The prefix {prefix} is held by {root} (process {pid}). For this root add: --prefix {proposal}",
  root_empty:
    "{root} is empty, so there is nothing to work on. Put your project there, or name its directory with --root.",
  root_in_use:
    "{root} is already run by process {pid}, started {since}. See it with dockfra status, or stop it with dockfra down.",
  runtime_unavailable:
    "The docker runtime is not built yet. Use --runtime process; the project's own stacks are still deployed with Docker where an engine answers.",
  servers_down: "No NATS server answers at {servers}. Start it, or mend the address after --servers.",
  servers_incomplete:
    "A bus of your own needs both --servers and --creds. Its accounts and credentials are made by: dockfra bus config --creds DIR",
  servers_missing:
    "Nothing runs for {root}, so say where the bus is: --servers nats://host:4222 --creds DIR. Both are made by: dockfra bus config",
  ssh_key_exposed: "{path} can be read by others. Run: chmod 600 {path}",
  ssh_key_invalid:
    "{path} is no ED25519 key of OpenSSH without a passphrase, or not the other half of its pair. Move it away, then make a new one: dockfra init",
  ssh_key_missing: "There is no key {path}. Make what is missing: dockfra init",
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
