/** What a preflight finds, what can be done about it, and where suggested values come from. */
export const preflight = {
  bind_directory_for_file:
    "{path} is an empty directory, and {service} wants a file at {target} ({file}:{line}). Put the file there.",
  bind_file_for_directory: "{path} is a file, and {service} wants a directory at {target} ({file}:{line}).",
  bind_file_missing:
    "{path}, which {service} wants as a file at {target}, does not exist ({file}:{line}). Docker would make an empty directory of it.",
  bind_missing: "{path}, which {service} mounts at {target}, does not exist ({file}:{line}).",
  bind_too_open:
    "{path} has mode {mode}: what keeps certificates in it refuses a file that others may read ({file}:{line}). It has to be 0600.",
  bind_unreadable:
    "{service} runs as user {uid} and may not read {path}, which has mode {mode} ({file}:{line}).",
  bind_unwritable:
    "{service} runs as user {uid} and may not write into {path}, which has mode {mode} ({file}:{line}).",
  build_context_missing:
    "{path}, from which the image of {service} is built, does not exist ({file}:{line}). Correct the path, or get the directory.",
  compose_refuses: "Compose refuses the files of {stack}: {why}.",
  compose_too_old: "{feature} ({file}:{line}) needs Compose {needs}; here is {has}. Update Compose.",
  config_file_missing: "The file {path} of the config {name} does not exist ({file}:{line}).",
  container_name_taken:
    "A container of {project} has the name {name} already, which {service} wants ({file}:{line}). Rename one, or remove the other.",
  dangerous_build_privilege: "{service} is built with more rights than usual: {setting}.",
  dangerous_capability: "{service} gets a right over this machine: {setting}.",
  dangerous_cgroup: "{service} leaves the engine's limits: {setting}.",
  dangerous_device: "{service} gets a device of this machine: {setting}.",
  dangerous_engine_socket:
    "{service} may do anything on this machine through the engine's socket: {setting}.",
  dangerous_foreign_namespace: "{service} looks into another container: {setting}.",
  dangerous_foreign_object: "{service} uses what is not its own: {setting}.",
  dangerous_host_namespace: "{service} shares a namespace of this machine: {setting}.",
  dangerous_mount_outside: "{service} sees files of this machine outside of the project: {setting}.",
  dangerous_privileged: "{service} may do nearly anything on this machine: {setting}.",
  dangerous_runtime: "{service} runs by other means than the engine's own: {setting}.",
  dangerous_sysctl: "{service} changes settings of the kernel: {setting}.",
  dangerous_unconfined: "{service} runs without a fence of the kernel: {setting}.",
  disk_full:
    "Only {free} MB are free at {path}, and about {needed} MB have to be fetched. Make room: docker image prune",
  disk_low:
    "{free} MB are free at {path}, and about {needed} MB have to be fetched. That leaves little for data.",
  dockerfile_missing: "{path}, by which the image of {service} is built, does not exist ({file}:{line}).",
  engine_too_old: "{feature} ({file}:{line}) needs Docker {needs}; here is {has}. Update the engine.",
  env_file_missing: "{path}, which {service} takes variables from, does not exist ({file}:{line}).",
  external_network_missing:
    "The network {network} is another's to make ({file}:{line}), and it does not exist. Start what makes it, or make it.",
  external_volume_missing:
    "The volume {volume} is another's to make ({file}:{line}), and it does not exist. Start what makes it, or make it.",
  image_architecture:
    "The image {image} of {service} is for {has}, and this engine runs {engine} ({file}:{line}). Choose a tag for {engine}, or install an emulator.",
  image_denied:
    "The registry does not give out {image} of {service}: {why} ({file}:{line}). Log in: docker login",
  image_not_here:
    "The image {image} of {service} is not on this engine, and pull_policy forbids to fetch it ({file}:{line}).",
  image_other_platform:
    "The image {image} of {service} is for {has}, and {wanted} is wanted ({file}:{line}).",
  image_unknown: "There is no image {image} for {service} ({file}:{line}): {why}. Correct its name or tag.",
  network_overlap:
    "The addresses {subnet} of the network {network} ({file}:{line}) are taken by {other}. Choose others.",
  port_in_use_fixed:
    "Port {port} of {service} in {stack} is taken by {holder}. It is fixed at {file}:{line}: write another one there, or let Dockfra move it beside the file.",
  port_in_use_variable:
    "Port {port} of {service} in {stack} is taken by {holder}. It comes from {name}, at {file}:{line}.",
  port_of_copies:
    "{service} is to run {copies} times, and only one of them can have port {port} ({file}:{line}). Leave the port to a proxy, or give a range.",
  started_with_other_files:
    "{stack} runs from {running}, and a launch takes {chosen}. To keep those that it runs from, name them in dockfra.yaml, as files of the stack.",
  port_wanted_twice: "Port {port} of {service} in {stack} is wanted by {holder} too.",
  port_wanted_twice_fixed:
    "Port {port} of {service} in {stack} is wanted by {holder} too. It is fixed at {file}:{line}: write another one there, or let Dockfra move it beside the file.",
  port_wanted_twice_variable:
    "Port {port} of {service} in {stack} is wanted by {holder} too. It comes from {name}, at {file}:{line}.",
  registry_unreachable:
    "The image {image} of {service} is not on this engine, and its registry does not answer: {why} ({file}:{line}).",
  secret_file_missing: "The file {path} of the secret {name} does not exist ({file}:{line}).",

  suggestion_unknown: "There is no suggestion {number} for {key}. See: dockfra env suggest {key}",

  fix_directory_create: "Make the directory {path}",
  fix_file_create: "Make an empty file {path}",
  fix_file_from_example: "Make {path} a copy of {example}",
  fix_mode: "Give {path} the mode {mode}",
  fix_network_create: "Make the network {network}",
  fix_network_subnet: "Give the network {network} the free addresses {subnet}",
  fix_port_override: "Move {service} from port {port} to {free}; your files stay as they are",
  fix_port_variable: "Set {name} to the free port {free} in dockfra/.env",
  fix_secret_generate: "Make a strong random value for {name}",
  fix_volume_create: "Make the volume {volume}",

  from_arp_table: "seen on the network",
  from_default: "default of the Compose file",
  from_directory: "name of the directory",
  from_environment: "the environment has {key}",
  from_example_file: "{file}",
  from_file: "{file}",
  from_free_port: "a free port",
  from_git_branch: "branch of git",
  from_git_commit: "commit of git",
  from_git_config: "settings of git",
  from_git_remote: "remote of git",
  from_git_tag: "last tag of git",
  from_host: "found on this machine",
  from_host_name: "name of this machine",
  from_host_timezone: "time zone of this machine",
  from_host_user: "the user who runs Dockfra",
  from_options: "one of the choices",
  from_project_version: "version of the project",
  from_random: "made just now, {length} characters",
  from_sibling_stack: "{stack} has it in {file}",
  from_ssh_keys: "key in ~/.ssh",
} as const;
