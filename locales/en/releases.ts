/** What releases, rollbacks and the policy for dangerous settings say. */
export const releases = {
  approval_invalid: "{hash} names no setting. Copy the 16 digits that the refusal shows.",
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
} as const;
