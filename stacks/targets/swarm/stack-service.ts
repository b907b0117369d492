import { z } from "zod";
import { namedParts } from "../../discover/named-parts.ts";

/** Marks the services that Dockfra deployed. */
export const ownLabel = "dockfra.stack";

/** A key of a Compose file that a swarm does not know. */
export interface Uncarried {
  /** `web.privileged` */
  readonly key: string;
  /** Whether the app would be another one without it; else it is only told. */
  readonly matters: boolean;
}

/** Taken as they are. */
const carried = [
  ...[
    "cap_add",
    "cap_drop",
    "command",
    "dns",
    "dns_search",
    "entrypoint",
    "hostname",
    "healthcheck",
    "image",
  ],
  ...["init", "isolation", "logging", "oom_score_adj", "read_only", "stdin_open", "stop_grace_period"],
  ...["stop_signal", "sysctls", "tmpfs", "tty", "ulimits", "user", "working_dir", "credential_spec"],
] as const;
/** Turned into what a swarm has instead. */
const turned = [
  ...[
    "build",
    "configs",
    "deploy",
    "depends_on",
    "environment",
    "expose",
    "extra_hosts",
    "labels",
    "networks",
  ],
  ...["ports", "profiles", "restart", "scale", "secrets", "volumes", "cpus", "mem_limit", "mem_reservation"],
  ...["pids_limit", "platform", "pull_policy"],
] as const;
/** What an app does not notice, or only by its speed. */
const harmless = [
  ...[
    "annotations",
    "attach",
    "container_name",
    "cpu_percent",
    "cpu_shares",
    "cpuset",
    "develop",
    "domainname",
  ],
  ...[
    "label_file",
    "links",
    "mac_address",
    "mem_swappiness",
    "memswap_limit",
    "oom_kill_disable",
    "shm_size",
  ],
  ...["blkio_config", "storage_opt", "stop_timeout"],
] as const;

const Mount = z.looseObject({
  type: z.string(),
  source: z.string().optional(),
  read_only: z.boolean().optional(),
  bind: z.looseObject({ propagation: z.string().optional() }).nullish(),
});
const Port = z.looseObject({
  target: z.int(),
  published: z.union([z.string(), z.number()]).optional(),
  host_ip: z.string().optional(),
  protocol: z.string().default("tcp"),
  mode: z.string().default("ingress"),
});
const Grant = z.looseObject({ source: z.string(), mode: z.union([z.string(), z.number()]).optional() });
const Limits = z.looseObject({ cpus: z.union([z.string(), z.number()]).optional() });
const Text = z.union([z.string(), z.number()]);
const Deploy = z.looseObject({
  mode: z.string().optional(),
  replicas: z.coerce.number().optional(),
  endpoint_mode: z.string().optional(),
  resources: z
    .looseObject({ limits: Limits.optional(), reservations: Limits.optional() })
    .nullish()
    .transform((resources) => resources ?? {}),
  restart_policy: z.record(z.string(), z.unknown()).nullish(),
  update_config: z.record(z.string(), z.unknown()).nullish(),
});
const networkKeys = ["aliases", "ipv6_address"];

export const ResolvedService = z.looseObject({
  image: z.string().optional(),
  build: z.unknown().optional(),
  network_mode: z.string().optional(),
  restart: z.string().optional(),
  scale: z.coerce.number().optional(),
  cpus: Text.optional(),
  mem_limit: Text.optional(),
  mem_reservation: Text.optional(),
  pids_limit: z.number().optional(),
  depends_on: namedParts(z.looseObject({ condition: z.string().optional() })).prefault({}),
  environment: namedParts(z.union([Text, z.boolean()]).nullable()).prefault({}),
  labels: namedParts(z.string()).prefault({}),
  extra_hosts: z.array(z.string()).default([]),
  networks: namedParts(z.record(z.string(), z.unknown()).nullable()).nullish(),
  ports: z.array(Port).default([]),
  volumes: z.array(Mount).default([]),
  secrets: z.array(Grant).default([]),
  configs: z.array(Grant).default([]),
  deploy: Deploy.nullish().transform((deploy) => deploy ?? Deploy.parse({})),
});
export type ResolvedService = z.infer<typeof ResolvedService>;

export interface ServicePartOptions {
  /** Whether the kernel is known to lack what spreads connections over tasks: ingress ports and virtual addresses. */
  readonly lacksBalancing: boolean;
  /** Whether others wait for its end: it runs once. */
  readonly isJob: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** Writes one resolved service as `docker stack deploy` takes it. */
export function toStackService(
  service: ResolvedService,
  { lacksBalancing, isJob, labels }: ServicePartOptions,
): Record<string, unknown> {
  const isBalanced = !lacksBalancing;
  const ports = service.ports.map((port) => toPort(port, isBalanced));
  const { deploy } = service;
  return withoutEmpty({
    ...Object.fromEntries(carried.map((key) => [key, service[key]])),
    environment: withoutEmpty(service.environment),
    labels: { ...service.labels, ...labels },
    extra_hosts: service.extra_hosts.map((host) => host.replace("=", ":")),
    networks: toNetworks(service),
    ...{ ports, volumes: service.volumes.map(toMount) },
    secrets: service.secrets.map(toGrant),
    configs: service.configs.map(toGrant),
    depends_on: Object.keys(service.depends_on),
    deploy: withoutEmpty({
      ...deploy,
      replicas: deploy.mode === "global" ? undefined : (deploy.replicas ?? service.scale),
      // a virtual address needs the same part of the kernel as ingress does
      endpoint_mode: deploy.endpoint_mode ?? (isBalanced ? undefined : "dnsrr"),
      resources: toResources(service),
      restart_policy: deploy.restart_policy ?? toRestartPolicy(service.restart, isJob),
      update_config: {
        order: canRunTwice(service, ports) ? "start-first" : "stop-first",
        ...deploy.update_config,
      },
      labels: { ...(deploy["labels"] as object | undefined), [ownLabel]: "true" },
    }),
  });
}

/** Lists what of a resolved service is left out. */
export function findUncarried(name: string, service: ResolvedService): Uncarried[] {
  const known = new Set<string>([...carried, ...turned, "network_mode"]);
  const mild = new Set<string>(harmless);
  const keys = Object.entries(service)
    .filter(([key, value]) => !known.has(key) && !key.startsWith("x-") && !isEmpty(value))
    .map(([key]) => ({ key, matters: !mild.has(key) }));
  const { network_mode: mode, ports, volumes, networks } = service;
  const matters = [
    ...(mode === undefined || ["default", "bridge", "host", "none"].includes(mode) ? [] : ["network_mode"]),
    ...ports.flatMap(({ host_ip: ip = "", published }) => [
      // without the address the port would be open to everyone
      ...(["", "0.0.0.0", "::"].includes(ip) ? [] : [`ports.${ip}:${published ?? ""}`]),
      ...(/^\d*$/.test(String(published ?? "")) ? [] : [`ports.${published ?? ""}`]),
    ]),
    ...volumes
      .filter(({ type }) => !["volume", "bind", "tmpfs"].includes(type))
      .map(({ type }) => `volumes.${type}`),
    ...Object.entries(networks ?? {}).flatMap(([network, settings]) =>
      isEmpty(settings?.["ipv4_address"]) ? [] : [`networks.${network}.ipv4_address`],
    ),
    ...(isEmpty((service.deploy.resources as { limits?: { devices?: unknown } }).limits?.devices)
      ? []
      : ["deploy.devices"]),
  ];
  const waits = Object.entries(service.depends_on)
    .filter(([, { condition }]) => condition !== undefined && condition !== "service_started")
    .map(([other]) => `depends_on.${other}`);
  const settings = Object.entries(networks ?? {}).flatMap(([network, own]) =>
    Object.keys(own ?? {})
      .filter((key) => !networkKeys.includes(key) && key !== "ipv4_address")
      .map((key) => `networks.${network}.${key}`),
  );
  return [
    ...keys,
    ...matters.map((key) => ({ key, matters: true })),
    ...[...waits, ...settings].map((key) => ({ key, matters: false })),
  ].map(({ key, ...rest }) => ({ key: `${name}.${key}`, ...rest }));
}

/** A port of the machine is had by one at a time, and so is data that is written. */
function canRunTwice({ volumes }: ResolvedService, ports: readonly { readonly mode: string }[]): boolean {
  const ownsData = volumes.some(({ type, read_only: readOnly }) => type !== "tmpfs" && readOnly !== true);
  return !ownsData && ports.every(({ mode }) => mode !== "host");
}

function toPort({ target, published, protocol, mode }: z.infer<typeof Port>, isBalanced: boolean) {
  const number = published === undefined || published === "" ? {} : { published: Number(published) };
  return { target, ...number, protocol, mode: isBalanced ? mode : "host" };
}

function toMount({
  bind,
  consistency: _consistency,
  ...mount
}: z.infer<typeof Mount>): Record<string, unknown> {
  const tmpfs = z.looseObject({ size: z.coerce.number() }).safeParse(mount["tmpfs"]).data;
  return {
    ...mount,
    ...(bind?.propagation === undefined ? {} : { bind: { propagation: bind.propagation } }),
    ...(tmpfs === undefined ? {} : { tmpfs: { size: tmpfs.size } }),
  };
}

function toGrant({ mode, ...grant }: z.infer<typeof Grant>): Record<string, unknown> {
  return {
    ...grant,
    ...(mode === undefined ? {} : { mode: typeof mode === "number" ? mode : parseInt(mode, 8) }),
  };
}

function toNetworks({ network_mode: mode, networks }: ResolvedService): unknown {
  if (mode === "host" || mode === "none") return [mode];
  const entries = Object.entries(networks ?? {}).map(([name, settings]) => [
    name,
    Object.fromEntries(Object.entries(settings ?? {}).filter(([key]) => networkKeys.includes(key))),
  ]);
  return Object.fromEntries(entries) as unknown;
}

function toResources(service: ResolvedService): Record<string, unknown> {
  const { limits, reservations } = service.deploy.resources;
  const { cpus, mem_limit: memory, mem_reservation: reserved, pids_limit: pids } = service;
  return withoutEmpty({
    limits: withCpus({ cpus, memory, pids, ...limits }),
    reservations: withCpus({ memory: reserved, ...reservations }),
  });
}

/** Schemas of stack files have the share of processors as text. */
function withCpus(part: { readonly cpus?: string | number | undefined; readonly [key: string]: unknown }) {
  return withoutEmpty({ ...part, cpus: part.cpus === undefined ? undefined : String(part.cpus) });
}

function toRestartPolicy(restart: string | undefined, isJob: boolean): Record<string, unknown> | undefined {
  const [, tries] = /^on-failure(?::(\d+))?$/.exec(restart ?? "") ?? [];
  if (isJob || restart?.startsWith("on-failure"))
    return { condition: "on-failure", ...(tries === undefined ? {} : { max_attempts: Number(tries) }) };
  if (restart === undefined) return undefined;
  return { condition: restart === "no" ? "none" : "any" };
}

/** Leaves out what says nothing: null, an empty list or object. */
export function withoutEmpty<T extends object>(object: T): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([key, value]) => keeps(key, value)));
}

function keeps(key: string, value: unknown): boolean {
  // an empty entrypoint or command takes the image's away
  if (key === "entrypoint" || key === "command") return value !== null && value !== undefined;
  return !isEmpty(value);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
