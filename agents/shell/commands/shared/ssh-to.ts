import { denied, invalidInput } from "../../../../bus/kernel/errors.ts";
import type { RunCommand } from "../../command.ts";
import { requirePerson, runInTerminal } from "../../person.ts";
import { access, readFile } from "node:fs/promises";
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
  const host = pinnedName(await readFile(join(dir, "known_hosts"), "utf8"), to);
  if (host === undefined)
    throw denied(
      "shell_host_unpinned",
      `The ${role} knows no host key of ${to}. On the host, run: dockfra init`,
      {
        params: { role, to },
      },
    );
  const argv = ["ssh", "-F", "none", ...options, "-p", "2222", "-l", to, "--", host, ...command];
  return runInTerminal("ssh", argv, { cwd, env });
};

/** The name under which a role's host key is pinned: its container's, of whatever prefix. */
function pinnedName(knownHosts: string, to: string): string | undefined {
  return /^\[([a-z][a-z0-9-]*)\]:2222 /.exec(
    knownHosts.split("\n").find((line) => line.includes(`-ssh-${to}]:2222 `)) ?? "",
  )?.[1];
}

function others(role: string): string {
  return roles.filter((other) => other !== role).join(", ");
}
