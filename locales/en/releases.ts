/** What releases, rollbacks and the policy for dangerous settings say. */
export const releases = {
  approval_invalid: "{hash} names no setting. Copy the 16 digits that the refusal shows.",
  dangerous_change:
    "This change of {stack} adds settings that reach beyond its containers: {settings}. Accept them with: dockfra approve {hashes}",
} as const;
