import { denied, invalidInput } from "../../../../bus/kernel/errors.ts";
import type { RunCommand } from "../../command.ts";
import { requirePerson, runInTerminal } from "../../person.ts";
import { access } from "node:fs/promises";
import { join } from "node:path";

const roles = ["manager", "developer", "monitor", "autopilot"];
const sshDir = "/run/dockfra/ssh";

/** `ssh-to <role> [command…]`: with the key that this role was given, to the pinned host key and no other. */
export const sshTo: RunCommand = async ({ role, person }, { words }) => {
  const { cwd, env } = requirePerson("ssh-to", person);
  const [to = "", ...command] = words;
  if (!roles.includes(to) || to === role)
    throw invalidInput("shell_role_unknown", `"${to}" is no other role. There is ${others(role)}.`, {
      params: { to: to.slice(0, 60), roles: others(role) },
    });
  const dir = env["DOCKFRA_SSH_DIR"] || sshDir;
  const key = join(dir, `id_ed25519_${to}`);
  try {
    await access(key);
  } catch {
    throw denied(
      "shell_no_way",
      `The ${role} has no key to other roles. Log in there yourself: dockfra ssh ${to}`,
      {
        params: { role, to },
      },
    );
  }
  const options = [
    ["IdentityFile", key],
    ["IdentitiesOnly", "yes"],
    ["UserKnownHostsFile", join(dir, "known_hosts")],
    ["GlobalKnownHostsFile", "/dev/null"],
    ["StrictHostKeyChecking", "yes"],
    ["HostKeyAlgorithms", "ssh-ed25519"],
    ["ForwardAgent", "no"],
    ["ConnectTimeout", "10"],
    ["LogLevel", "ERROR"],
  ].flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const host = `${env["DOCKFRA_PREFIX"] || "dockfra"}-ssh-${to}`;
  const argv = ["ssh", "-F", "none", ...options, "-p", "2222", "-l", to, "--", host, ...command];
  return runInTerminal("ssh", argv, { cwd, env });
};

function others(role: string): string {
  return roles.filter((other) => other !== role).join(", ");
}
