import { resolve } from "node:path";
import { readsOutside } from "./preview-failure.ts";
import { parseBytes, shareMemory } from "./preview-memory.ts";
import { planMounts, type DataPlace, type PlaceKind } from "./preview-mounts.ts";
import type { PreviewService, PreviewSource } from "./preview-model.ts";

export interface PreviewOptions {
  readonly project: string;
  /** Twelve digits: the tag of what is built. */
  readonly commit: string;
  readonly labels: Readonly<Record<string, string>>;
  /** For all services together. */
  readonly memoryBytes: number;
  /** Ports of this machine to be given out, as many as {@link countPorts} says. */
  readonly ports: readonly number[];
  readonly placeOf: (path: string) => PlaceKind;
}

/** A port of a preview, and which one of the stack it stands for. */
export interface PortPlace {
  readonly service: string;
  readonly target: number;
  readonly protocol: string;
  /** What the stack itself publishes it as. */
  readonly stands?: string;
  readonly published: number;
}

export interface PreviewPlan {
  /** A whole Compose file, as JSON. */
  readonly text: string;
  readonly ports: readonly PortPlace[];
  readonly data: readonly DataPlace[];
  readonly leftOut: readonly string[];
}

/** What a preview takes over as it is; everything else may reach out of it, or get in the way of the stack itself. */
const kept = [
  ..."command entrypoint environment depends_on expose healthcheck hostname domainname init working_dir user".split(
    " ",
  ),
  ..."stdin_open tty stop_signal stop_grace_period read_only tmpfs shm_size ulimits restart extra_hosts dns".split(
    " ",
  ),
  ..."dns_search dns_opt cap_drop platform pull_policy links cpus cpu_shares attach".split(" "),
] as const;
const keptOfBuild = [
  "context",
  "dockerfile",
  "dockerfile_inline",
  "args",
  "target",
  "no_cache",
  "pull",
  "shm_size",
] as const;
/** Left out without a word: they say nothing about what the stack does. */
const silent = new Set([
  ...kept,
  ..."build image ports volumes networks configs secrets labels container_name security_opt deploy mem_limit".split(
    " ",
  ),
  ..."memswap_limit mem_reservation pids_limit scale profiles annotations logging develop label_file mem_swappiness".split(
    " ",
  ),
]);

/** Of each container, where it says nothing itself: a fork bomb ends there. */
const maxPids = 4_096;

/** How many ports a preview of the stack needs. */
export function countPorts(source: PreviewSource): number {
  return Object.values(source.services).reduce((count, { ports }) => count + (ports?.length ?? 0), 0);
}

/**
 * Makes an isolated copy of a stack: own names, ports on loopback, own volumes and networks, a memory limit, and nothing that reaches
 * the host or other stacks.
 * @throws `preview_reads_outside` where it would build from elsewhere
 */
export function planPreview(source: PreviewSource, options: PreviewOptions): PreviewPlan {
  const { labels, placeOf } = options;
  const leftOut: string[] = [];
  const data: DataPlace[] = [];
  const ports: PortPlace[] = [];
  const files = (kind: "configs" | "secrets"): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(source[kind] ?? {}).flatMap(([key, value]) => {
        const rest = { ...value };
        delete rest["name"];
        const isOwn = rest.external !== true && (rest.file === undefined || placeOf(rest.file) === "own");
        if (isOwn) return [[key, rest]];
        leftOut.push(`${kind} ${key}`);
        return [];
      }),
    );
  const [configs, secrets] = [files("configs"), files("secrets")];
  const memory = shareMemory(
    options.memoryBytes,
    new Map(Object.entries(source.services).map(([name, service]) => [name, memoryOf(service)])),
  );
  const images = builtImages(source, options);
  const services: Record<string, unknown> = {};
  for (const [name, service] of Object.entries(source.services)) {
    const mounts = planMounts(name, service.volumes ?? [], placeOf);
    for (const { target, protocol, published: stands } of service.ports ?? [])
      ports.push({
        ...{ service: name, target, protocol, published: takePort(options.ports, ports.length) },
        ...(stands === undefined ? {} : { stands }),
      });
    data.push(...mounts.data);
    leftOut.push(...[...mounts.leftOut, ...strays(service)].map((what) => `${name}: ${what}`));
    services[name] = withoutEmpty({
      ...Object.fromEntries(kept.map((key) => [key, service[key]])),
      build: buildOf(service, options),
      image: images.get(service.image ?? "") ?? images.get(`service ${name}`) ?? service.image,
      ports: ports
        .filter((port) => port.service === name)
        .map(({ target, published, protocol }) => ({
          target,
          published: String(published),
          protocol,
          host_ip: "127.0.0.1",
        })),
      volumes: mounts.mounts,
      networks: networksOf(service),
      network_mode: keptMode(service.network_mode),
      configs: service.configs?.filter((one) => Object.hasOwn(configs, one.source)),
      secrets: service.secrets?.filter((one) => Object.hasOwn(secrets, one.source)),
      security_opt: ["no-new-privileges:true"],
      labels,
      pids_limit: service["pids_limit"] ?? maxPids,
      mem_limit: String(memory.get(name)),
      memswap_limit: String(memory.get(name)),
    });
  }
  const volumes = Object.fromEntries(
    [...new Set(data.map(({ volume }) => volume))].map((key) => [key, { labels }]),
  );
  const networks = Object.fromEntries(
    Object.entries<{ readonly internal?: boolean | undefined } | null>({
      default: null,
      ...source.networks,
    }).map(([key, network]) => [key, { labels, ...(network?.internal === true ? { internal: true } : {}) }]),
  );
  const file = withoutEmpty({ name: options.project, services, networks, volumes, configs, secrets });
  return { text: `${JSON.stringify(file, null, 2)}\n`, ports, data, leftOut: [...new Set(leftOut)] };
}

function takePort(ports: readonly number[], index: number): number {
  const port = ports[index];
  if (port === undefined) throw new RangeError(`A preview needs more than ${ports.length} ports.`);
  return port;
}

/** The tag under which each image that is built here goes by: also where another service uses it by its name. */
function builtImages({ services }: PreviewSource, { project, commit }: PreviewOptions): Map<string, string> {
  const images = new Map<string, string>();
  for (const [name, { build, image }] of Object.entries(services)) {
    if (!build) continue;
    const tag = images.get(image ?? "") ?? `${project}-${name}:${commit}`.toLowerCase();
    images.set(`service ${name}`, tag);
    if (image !== undefined) images.set(image, tag);
  }
  return images;
}

function buildOf({ build }: PreviewService, { labels, placeOf }: PreviewOptions): unknown {
  if (!build) return undefined;
  const { context = "", dockerfile, additional_contexts: contexts = {} } = build;
  const read = context.startsWith("/")
    ? [context, ...(dockerfile === undefined ? [] : [resolve(context, dockerfile)])]
    : [];
  const outside = read.find((path) => !["own", "data"].includes(placeOf(path)));
  if (outside !== undefined) throw readsOutside(outside);
  const own = Object.entries(contexts).filter(([, path]) => !path.startsWith("/") || placeOf(path) === "own");
  return withoutEmpty({
    ...Object.fromEntries(keptOfBuild.map((key) => [key, build[key]])),
    additional_contexts: Object.fromEntries(own),
    labels,
  });
}

/** What of a service a preview goes without. */
function strays(service: PreviewService): string[] {
  return Object.entries(service)
    .filter(([key, value]) => !silent.has(key) && !isEmpty(value))
    .filter(([key]) => key !== "network_mode" || keptMode(service.network_mode) === undefined)
    .map(([key]) => key);
}

/** The mode that stays within the preview. */
function keptMode(mode: string | undefined): string | undefined {
  return mode === "none" || mode?.startsWith("service:") ? mode : undefined;
}

function networksOf({ networks, network_mode: mode }: PreviewService): unknown {
  if (keptMode(mode) !== undefined || !networks) return undefined;
  return Object.fromEntries(
    Object.entries(networks).map(([key, value]) => [key, value?.aliases ? { aliases: value.aliases } : {}]),
  );
}

function memoryOf(service: PreviewService): number | undefined {
  return parseBytes(service.mem_limit ?? service.deploy?.resources?.limits?.memory);
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    (Array.isArray(value) && value.length === 0) ||
    (typeof value === "object" && Object.keys(value).length === 0)
  );
}

function withoutEmpty(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => !isEmpty(inner)));
}
