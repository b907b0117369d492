import { join } from "node:path";
import { loginOf, userKeyName, type SshHost } from "./directions.ts";

/** Where one login goes. */
export interface SshGoal {
  readonly host: SshHost;
  readonly port: number;
  /** Directory of the keys; a relative one counts from where the client starts. */
  readonly keysDir: string;
}

/** Nothing of the person's own configuration, agent or known hosts takes part: one key, one pinned host key. */
const fixed = [
  "IdentitiesOnly=yes",
  "IdentityAgent=none",
  "StrictHostKeyChecking=yes",
  "HostKeyAlgorithms=ssh-ed25519",
  "GlobalKnownHostsFile=/dev/null",
  "UpdateHostKeys=no",
  "BatchMode=yes",
  "PreferredAuthentications=publickey",
  "ConnectTimeout=10",
] as const;

/** The arguments of the `ssh` client up to and with the address; what it shall run comes after. */
export function clientArguments({ host, port, keysDir }: SshGoal): string[] {
  const files = [
    `UserKnownHostsFile=${quoteValue(join(keysDir, "known_hosts"))}`,
    // not -i: where that file is missing, the client offers the person's own keys
    `IdentityFile=${quoteValue(join(keysDir, userKeyName("operator", host)))}`,
  ];
  const options = [...fixed, ...files].flatMap((option) => ["-o", option]);
  return ["-F", "none", ...options, "-p", String(port), "-l", loginOf(host), "127.0.0.1"];
}

/** A path in an option's value: more than one may stand there, and a percent sign begins a placeholder. */
function quoteValue(path: string): string {
  const plain = path.replaceAll("%", "%%");
  return /[\s"'\\]/.test(plain) ? `"${plain.replaceAll(/(["\\])/g, String.raw`\$1`)}"` : plain;
}
