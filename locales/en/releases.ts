/** What releases, rollbacks and the policy for dangerous settings say. */
export const releases = {
  approval_invalid: "{hash} names no setting. Copy the 16 digits that the refusal shows.",
  approval_unknown: "Nothing waits for {hash}. What does: {known}.",
  checks_failed: "The new release of {stack} runs, but fails a check: {check}: {seen}. Read its log lines.",
  dangerous_change:
    "This change of {stack} adds settings that reach beyond its containers: {settings}. Accept them with: dockfra approve {hashes}",
  launch_replaces_release:
    "{stack} runs {commit} of {ticket}; the project's folder would replace it (different: {services}). To start it again as it is: dockfra restart {stack}. To have the folder all the same: dockfra launch {stack} --approve {hash}",
  release_config_missing:
    "The configuration of release {release} of {stack} was not kept: it did not run. See: dockfra releases {stack}",
  release_gone:
    "The release {release} of {stack} is not kept any more: its images or its configuration are gone. See what is: dockfra releases {stack}",
  release_replaced:
    "{stack} runs {commit} of {ticket}, and a launch replaces it by the project's folder as it is (different: {services}). To start it again as it is: dockfra restart {stack}",
  remote_mount:
    "{name} of {stack} needs files of this machine, which the engine elsewhere does not have. Put them into the image, a volume, or content of a config.",
  snapshot_failed: "The data of {stack} could not be copied: {reason}. Correct snapshot in dockfra.yaml.",
  swarm_file_missing:
    "{name} takes its content from {lacking}, which is not there. Put it there and deploy again.",
  swarm_image_local:
    "The other machines of the swarm cannot get the image of {service} in {stack}, which was built here. Push it to a registry and name it with image, without build.",
  swarm_inactive: "{stack} is for a swarm, and the engine is in none. Run: docker swarm init",
  swarm_mount_missing:
    "{stack} mounts {path}, which is not there, and a swarm makes no directories. Run: mkdir -p {path}",
  swarm_name_taken:
    "{project} runs already in another way, so that it could not be put back for {stack}. Remove it first ({remedy}; volumes stay), or name another project in dockfra.yaml.",
  swarm_not_gone: "Parts of {project} are still on the swarm. Try again.",
  swarm_not_manager:
    "{stack} is for a swarm, and the engine is only a worker of one. Run Dockfra on a manager, or make this one a manager: docker node promote",
  swarm_snapshot:
    "The data of {stack} may be on any of {nodes} machines and cannot be kept. Take snapshot out of dockfra.yaml and back it up by other means.",
  swarm_unsupported:
    "A swarm cannot run {stack} as it is: it does not know {keys}. Take that out, or reset it in a Compose file that files in dockfra.yaml names last.",
} as const;
