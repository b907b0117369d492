import { createHash } from "node:crypto";

/** What a setting lets a container do to the machine that it runs on. */
export const dangerKinds = [
  "privileged",
  "host_namespace",
  "foreign_namespace",
  "device",
  "capability",
  "unconfined",
  "engine_socket",
  "mount_outside",
  "foreign_object",
  "sysctl",
  "cgroup",
  "runtime",
  "build_privilege",
] as const;
export type DangerKind = (typeof dangerKinds)[number];

/** One setting of a stack that reaches beyond its containers. */
export interface DangerousSetting {
  /** The service that has it; empty where it is the stack's own. */
  readonly service: string;
  readonly kind: DangerKind;
  /** As people read it: `privileged`, `mount /var/run/docker.sock`. */
  readonly setting: string;
  /** Names exactly this setting of this service of this stack. */
  readonly hash: string;
}

/** Names a setting, so that a person can accept exactly this one: 16 hexadecimal digits. */
export function hashSetting(stack: string, service: string, setting: string): string {
  return createHash("sha256")
    .update(JSON.stringify([stack, service, setting]))
    .digest("hex")
    .slice(0, 16);
}

/** One line for people: `web: privileged; db: mount /etc`. */
export function describeSettings(settings: readonly DangerousSetting[]): string {
  return settings
    .map(({ service, setting }) => (service === "" ? setting : `${service}: ${setting}`))
    .join("; ");
}

const kindPatterns: readonly (readonly [RegExp, DangerKind])[] = [
  [/^build /, "build_privilege"],
  [/^(?:privileged|group_add|credential_spec)\b/, "privileged"],
  [/\b(?:docker|podman|containerd|crio)\.sock\b|^use_api_socket/, "engine_socket"],
  [/^(?:network_mode|pid|ipc|uts|userns_mode|cgroup) container:/, "foreign_namespace"],
  [/^(?:network_mode|pid|ipc|uts|userns_mode|cgroup) /, "host_namespace"],
  [/^(?:device|device_cgroup_rules|gpus) /, "device"],
  [/^cap_add /, "capability"],
  [/^security_opt /, "unconfined"],
  [/^sysctls /, "sysctl"],
  [/^cgroup_parent /, "cgroup"],
  [/^(?:runtime|provider) /, "runtime"],
  [/ of others$|^network | driver /, "foreign_object"],
];

/** Classes a setting by its first words; what is left mounts or reads something outside. */
export function kindOfSetting(setting: string): DangerKind {
  return kindPatterns.find(([pattern]) => pattern.test(setting))?.[1] ?? "mount_outside";
}
