import { invalidInput } from "../../bus/kernel/errors.ts";
import type { Role } from "../../bus/messages/principals.ts";

/** What has an sshd: the roles' containers and the simulated device. */
// spelled out: the list of roles brings zod along, which takes longer to load than a short command over SSH runs
export const sshHosts = [
  "manager",
  "developer",
  "monitor",
  "autopilot",
  "device",
] as const satisfies readonly (Role | "device")[];
export type SshHost = (typeof sshHosts)[number];

/** Who may log in where; there is a key for each, and none for what is not here. */
export const directions = {
  operator: sshHosts,
  manager: ["developer", "monitor", "autopilot"],
  autopilot: ["developer", "manager", "monitor"],
  monitor: ["device"],
  developer: [],
} as const satisfies Readonly<Record<Role | "operator", readonly SshHost[]>>;
export type SshOrigin = keyof typeof directions;

/** The port inside every container. */
export const containerPort = 2222;

/** The port on the host's loopback and the variable that changes it. */
export const hostPorts: Readonly<Record<SshHost, { readonly variable: string; readonly port: number }>> = {
  developer: { variable: "SSH_DEVELOPER_PORT", port: 2200 },
  monitor: { variable: "SSH_MONITOR_PORT", port: 2201 },
  manager: { variable: "SSH_MANAGER_PORT", port: 2202 },
  autopilot: { variable: "SSH_AUTOPILOT_PORT", port: 2203 },
  device: { variable: "SSH_RPI3_PORT", port: 2224 },
};

/** The name of a user key's file: `manager-to-developer`. */
export function userKeyName(from: SshOrigin, to: SshHost): string {
  return `${from}-to-${to}`;
}

/** The name of a host key's file: `host-manager`. */
export function hostKeyName(host: SshHost): string {
  return `host-${host}`;
}

/** Every key of an installation, by the name of its file. */
export function allKeyNames(): string[] {
  const origins = Object.keys(directions) as SshOrigin[];
  return [
    ...origins.flatMap((from) => directions[from].map((to) => userKeyName(from, to))),
    ...sshHosts.map(hostKeyName),
  ];
}

/** Those who may log in to a host. */
export function originsOf(host: SshHost): SshOrigin[] {
  const origins = Object.keys(directions) as SshOrigin[];
  return origins.filter((from) => (directions[from] as readonly SshHost[]).includes(host));
}

/** The name of a host's container, which is its name on the network too. */
export function containerOf(prefix: string, host: SshHost): string {
  return `${prefix}-ssh-${host === "device" ? "rpi3" : host}`;
}

/** The user to log in as. */
export function loginOf(host: SshHost): string {
  return host === "device" ? "device" : host;
}

/** Reads which host is meant. @throws `ssh_host_unknown` */
export function parseHost(name: string): SshHost {
  const host = sshHosts.find((known) => known === name || (known === "device" && name === "rpi3"));
  if (host !== undefined) return host;
  const known = sshHosts.join(", ");
  throw invalidInput(
    "ssh_host_unknown",
    `There is no role "${name.slice(0, 60)}" to log in to. There are: ${known}.`,
    {
      params: { name: name.slice(0, 60), known },
    },
  );
}
