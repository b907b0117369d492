import { join } from "node:path";
import { readVariable } from "./variable.ts";
import { hostPorts, sshHosts, type SshHost } from "./directions.ts";
import type { SshPorts } from "./known-hosts.ts";
import { readIfThere } from "./private-files.ts";

/**
 * The ports on this machine's loopback: those that the containers were last started with, else as in the environment, as
 * in `dockfra/.env`, else the ones of old.
 */
export async function sshPortsOf(stateDir: string): Promise<SshPorts> {
  const started = (await readIfThere(join(stateDir, "roles", "compose.env"))) ?? "";
  const wanted = (await readIfThere(join(stateDir, ".env"))) ?? "";
  const entries = sshHosts.map((host): [SshHost, number] => {
    const { variable, port } = hostPorts[host];
    const told = [readVariable(started, variable), process.env[variable], readVariable(wanted, variable)];
    return [host, told.map(toPort).find((found) => found !== undefined) ?? port];
  });
  return Object.fromEntries(entries) as Record<SshHost, number>;
}

function toPort(text: string | undefined): number | undefined {
  const port = text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port > 0 && port < 65_536 ? port : undefined;
}
