/** What the bus and its server refuse. */
export const bus = {
  answer_invalid: "The answer to {name} does not fit its schema. Look at the log of its answerer.",
  artifact_chunk_invalid: "A chunk of artifact {hash} was refused: {why}. Send the text again.",
  artifact_corrupt: "What came as artifact {hash} is not it. Try again.",
  artifact_too_big:
    "The text has {sizeBytes} bytes, more than the {limitBytes} that can be stored. Shorten it.",
  artifact_unfinished: "No orchestrator got all of artifact {hash}. Try again.",
  artifact_unknown: "There is no artifact {hash}. Store it first.",
  artifact_uploads_full: "{maxUploads} artifacts are being stored now. Try again in a moment.",
  bus_closed: "The connection to the bus is closed. Open a new one.",
  bus_denied:
    "The bus does not let {principal} use {subject}. See: dockfra bus can {subject} --as {principal}",
  bus_differs:
    "{name} has {field} {actual} where {wanted} is needed. Change it on the server, or use another prefix.",
  bus_down: "The bus at {servers} does not answer. Start it with: dockfra up",
  bus_grant_missing:
    "The server does not let {principal} use {subject}. Give it the accounts that are printed by: dockfra bus config",
  bus_key_refused:
    "The bus at {servers} refuses the key of {principal}. Use the keys that its configuration was made from.",
  bus_not_isolated:
    "The server lets {principal} {verb} {subject}, so it does not keep the roles apart. Give it the accounts that are printed by: dockfra bus config",
  bus_refused: "The bus refused {what}: {description}. See: dockfra bus doctor",
  bus_store_failed: "The bus could not read or keep it: {why}. Try again.",
  bus_timeout:
    "{name} was not answered within {timeoutMs} ms. Try again; the same request is not done twice.",
  command_unknown: "There is no command {type}. See: dockfra bus whoami",
  dead_letter_cut: "Dead letter {seq} was too long to be kept whole. Drop it: dockfra bus dlq drop {seq}",
  dead_letter_forged:
    "Dead letter {seq} of {worker} names {subject}, where it may not send. Drop it: dockfra bus dlq drop {seq}",
  dead_letter_undeliverable: "No stream takes {subject}. Drop the letter.",
  dead_letter_unknown: "There is no dead letter {seq}. List them: dockfra bus dlq list",
  host_down: "The host part does not answer. See what runs: dockfra status",
  invalid_prefix: 'A prefix is 1 to 31 of a-z, 0-9 and "-", beginning with a letter; "{prefix}" is none.',
  invalid_seed: "{path} holds no NKey user seed. Put the right one there, or remove it and start again.",
  max_in_hand_invalid: "The number of messages in hand must be a whole number from 1 on.",
  message_exhausted:
    "A message failed {tries} times, the last time with: {why}. Mend the cause, then retry it.",
  message_invalid: "{name} was refused at {where}: {why}. Mend it and send it again.",
  message_too_large:
    "{name} has {sizeBytes} bytes, more than the {limitBytes} that a message may have. Store long text as an artifact.",
  monitor_down: "The monitor does not answer. See what runs: dockfra status",
  nats_disk_full:
    "The bus cannot start: the disk that holds {path} is full. Free some space and start again.",
  nats_leftover: "An earlier nats-server, process {pid}, does not end. Stop it with: kill -9 {pid}",
  nats_port_taken:
    "Port {port} of 127.0.0.1 is in use by another program. Choose another with --port, or leave it out.",
  nats_server_missing:
    "nats-server {minimum} or newer is not on this machine and could not be fetched ({reasons}). Connect to the internet and run make setup, or install nats-server and name it in DOCKFRA_NATS_SERVER.",
  nats_server_unusable:
    "DOCKFRA_NATS_SERVER names {path}, which is no nats-server that runs here. Correct it, or unset it to have one fetched.",
  nats_server_too_old:
    "nats-server {version} at {path} is too old: {minimum} or newer is needed. Replace it, or unset DOCKFRA_NATS_SERVER to have one fetched.",
  nats_start_failed: "nats-server did not start: {detail}. Its log is {log}.",
  no_responder: "Nobody answers on {subject}. See what runs: dockfra status",
  not_allowed: "{principal} may not do this. See what it may: dockfra bus whoami --as {principal}",
  orchestrator_down: "The orchestrator does not answer. See what runs: dockfra status",
  question_unknown: "There is no question {question}.",
  seed_exposed: "{path} can be read by others. Run: chmod 600 {path}",
  seed_missing:
    "There is no key of {principal} at {path}. Start dockfra up once, or name the directory with --creds.",
  stream_missing: "No stream takes {subject} now. It is made again as soon as an orchestrator runs.",
  timed_out:
    "{subject} was not answered within {timeoutMs} ms. Try again; the same request is not done twice.",
  verb_unknown: "There is no verb {verb}. See: dockfra bus whoami",
} as const;
