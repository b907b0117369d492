import { access } from "node:fs/promises";
import { join } from "node:path";
import { shellWord } from "../../locales/render.ts";

/** Where `setup github` keeps the key that a repository knows as its deploy key. */
export function deployKeyPath(stateDir: string): string {
  return join(stateDir, "ssh", "deploy-github");
}

/** What GitHub publishes as its host key; what else a repository's host has is added to the same file by people. */
export const githubPin =
  "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

/**
 * The command by which git reaches an address over SSH with the deploy key alone, from hosts whose keys are pinned;
 * nothing where there is no such key, or the address is none of SSH.
 */
export async function deployKeyCommand(stateDir: string, url: string): Promise<string | undefined> {
  if (!/^(?:ssh:\/\/|[\w.-]+@[\w.-]+:)/.test(url)) return undefined;
  const key = deployKeyPath(stateDir);
  const there = await access(key).then(
    () => true,
    () => false,
  );
  if (!there) return undefined;
  // OpenSSH takes a percent sign for the start of a name of its own
  const quote = (path: string): string => `"${path.replaceAll("%", "%%")}"`;
  const options = [
    "BatchMode=yes",
    `IdentityFile=${quote(key)}`,
    "IdentitiesOnly=yes",
    `UserKnownHostsFile=${quote(join(stateDir, "ssh", "known_hosts"))} ~/.ssh/known_hosts`,
    "StrictHostKeyChecking=yes",
  ];
  return ["ssh", ...options.flatMap((option) => ["-o", option])].map(shellWord).join(" ");
}
