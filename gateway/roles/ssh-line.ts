import { join } from "node:path";
import type { ProjectFacts } from "../../bus/messages/questions.ts";
import type { Role } from "../../bus/messages/principals.ts";
import { shellWord } from "../../locales/render.ts";

/** How a person logs in to a role. */
export interface SshDoor {
  readonly port: number;
  /** With Dockfra's own command. */
  readonly short: string;
  /** With nothing but OpenSSH: the key and the pinned host key are named. */
  readonly plain: string;
}

/** Where a role answers over SSH; `undefined` where it has no door, as in the process runtime. */
export function sshDoorOf(
  role: Role,
  { root, runtime, sshPorts }: Pick<ProjectFacts, "root" | "runtime" | "sshPorts">,
): SshDoor | undefined {
  const port = runtime === "docker" ? sshPorts?.[role] : undefined;
  if (port === undefined) return undefined;
  const keys = join(root, "dockfra", "ssh");
  return {
    port,
    short: `dockfra ssh --root ${shellWord(root)} ${role}`,
    plain: [
      ...[
        "ssh",
        "-p",
        String(port),
        "-i",
        shellWord(join(keys, `operator-to-${role}`).replaceAll("%", "%%")),
      ],
      ...["-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes"],
      ...[
        "-o",
        shellWord(`UserKnownHostsFile=${optionValue(join(keys, "known_hosts"))}`),
        `${role}@127.0.0.1`,
      ],
    ].join(" "),
  };
}

/** A path as OpenSSH reads it in an option: more than one may stand there, and a percent sign begins a placeholder. */
function optionValue(path: string): string {
  const plain = path.replaceAll("%", "%%");
  return /[\s"\\]/.test(plain) ? `"${plain.replaceAll(/(["\\])/g, String.raw`\$1`)}"` : plain;
}
