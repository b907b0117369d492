import { z } from "zod";

const Texts = z.array(z.union([z.string(), z.number()]).transform(String)).catch([]);
const Hook = z.looseObject({ privileged: z.boolean().optional() });
const Build = z.looseObject({
  privileged: z.boolean().optional(),
  network: z.string().optional(),
  ssh: z.unknown().optional(),
  entitlements: Texts.optional(),
});

/** The part of a service, as `docker compose config` resolves it, that can reach beyond its container. */
export const RiskyService = z.looseObject({
  privileged: z.boolean().optional(),
  network_mode: z.string().optional(),
  pid: z.string().optional(),
  ipc: z.string().optional(),
  uts: z.string().optional(),
  userns_mode: z.string().optional(),
  cgroup: z.string().optional(),
  cgroup_parent: z.string().optional(),
  runtime: z.string().optional(),
  cap_add: Texts.optional(),
  security_opt: Texts.optional(),
  device_cgroup_rules: Texts.optional(),
  group_add: Texts.optional(),
  volumes_from: Texts.optional(),
  devices: z.array(z.unknown()).optional(),
  gpus: z.unknown().optional(),
  sysctls: z.unknown().optional(),
  credential_spec: z.unknown().optional(),
  provider: z.unknown().optional(),
  use_api_socket: z.boolean().optional(),
  post_start: z.array(Hook).optional(),
  pre_stop: z.array(Hook).optional(),
  build: z.union([Build, z.null()]).optional(),
});
type RiskyService = z.infer<typeof RiskyService>;

/** Capabilities that a container has anyway: naming them adds nothing. */
const usualCapabilities = new Set(
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(
    " ",
  ),
);

/** Lists what a service asks of the host beside mounts, as people read it. */
export function listServiceDangers(service: RiskyService): string[] {
  return [
    ...(service.privileged === true ? ["privileged"] : []),
    ...listNamespaces(service),
    ...(service.cap_add ?? []).flatMap((name) => (isUsual(name) ? [] : [`cap_add ${name.toUpperCase()}`])),
    ...(service.security_opt ?? []).flatMap((option) =>
      isHarmless(option) ? [] : [`security_opt ${option}`],
    ),
    ...(service.devices ?? []).map((device) => `device ${toText(device)}`),
    ...(service.device_cgroup_rules ?? []).map((rule) => `device_cgroup_rules ${rule}`),
    ...(service.group_add ?? []).map((group) => `group_add ${group}`),
    ...(service.volumes_from ?? [])
      .filter((from) => from.startsWith("container:"))
      .map((from) => `volumes_from ${from}`),
    ...asList("sysctls", service.sysctls),
    ...asList("gpus", service.gpus),
    ...asList("credential_spec", service.credential_spec),
    ...asList("provider", service.provider),
    ...(service.use_api_socket === true ? ["use_api_socket"] : []),
    ...(service.runtime === undefined || service.runtime === "runc" ? [] : [`runtime ${service.runtime}`]),
    ...([...(service.post_start ?? []), ...(service.pre_stop ?? [])].some(({ privileged }) => privileged)
      ? ["privileged hook"]
      : []),
    ...listBuildDangers(service.build ?? undefined),
  ];
}

function listNamespaces(service: RiskyService): string[] {
  const modes = [
    ["network_mode", service.network_mode],
    ["pid", service.pid],
    ["ipc", service.ipc],
    ["uts", service.uts],
    ["userns_mode", service.userns_mode],
    ["cgroup", service.cgroup],
  ] as const;
  return [
    ...modes.flatMap(([key, mode]) =>
      mode === "host" || mode?.startsWith("container:") ? [`${key} ${mode}`] : [],
    ),
    ...(service.cgroup_parent === undefined ? [] : [`cgroup_parent ${service.cgroup_parent}`]),
  ];
}

function listBuildDangers(build: z.infer<typeof Build> | undefined): string[] {
  if (build === undefined) return [];
  return [
    ...(build.privileged === true ? ["build privileged"] : []),
    ...(build.network === "host" ? ["build network host"] : []),
    ...asList("build ssh", build.ssh),
    ...(build.entitlements ?? []).map((name) => `build entitlement ${name}`),
  ];
}

function isUsual(capability: string): boolean {
  return usualCapabilities.has(capability.toUpperCase().replace(/^CAP_/, ""));
}

/** What takes rights away only. */
function isHarmless(option: string): boolean {
  return (
    /^no-new-privileges(?:[:=]true)?$/.test(option) ||
    /^(?:apparmor|seccomp)[:=](?:docker-default|builtin)$/.test(option)
  );
}

function asList(name: string, value: unknown): string[] {
  const isEmpty =
    value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);
  return isEmpty ? [] : [`${name} ${toText(value)}`];
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
