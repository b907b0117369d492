/** What releases, rollbacks and the policy for dangerous settings say. */
export const releases = {
  approval_invalid: "{hash} names no setting. Copy the 16 digits that the refusal shows.",
  checks_failed: "The new release of {stack} runs, but fails a check: {check}: {seen}. Read its log lines.",
  dangerous_change:
    "This change of {stack} adds settings that reach beyond its containers: {settings}. Accept them with: dockfra approve {hashes}",
  release_config_missing:
    "The configuration of release {release} of {stack} was not kept: it did not run. See: dockfra releases {stack}",
  remote_mount:
    "{name} of {stack} needs files of this machine, which the engine elsewhere does not have. Put them into the image, a volume, or content of a config.",
  snapshot_failed: "The data of {stack} could not be copied: {reason}. Correct snapshot in dockfra.yaml.",
} as const;
