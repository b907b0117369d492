import { createHash } from "node:crypto";
import { z } from "zod";
import { namedParts } from "../../discover/named-parts.ts";
import { composeLabels } from "../../watch/container.ts";
import {
  findUncarried,
  ResolvedService,
  toStackService,
  withoutEmpty,
  type Uncarried,
} from "./stack-service.ts";

/** Says on a task which settings it was made of. */
export const settingsLabel = "dockfra.settings";
/** Names on a task the image as its file does; the task itself has what that name stood for. */
export const imageLabel = "dockfra.image";

/** An image that Compose built carries these, and Compose would take the task for a container of its own. */
const notCompose = { [composeLabels.project]: "", [composeLabels.service]: "" };

const Part = z.record(z.string(), z.unknown()).nullish();
const FileObject = z.looseObject({
  name: z.string(),
  external: z.boolean().optional(),
  file: z.string().optional(),
  environment: z.string().optional(),
  content: z.string().optional(),
});
export type FileObject = z.infer<typeof FileObject>;
const Network = z.looseObject({
  name: z.string(),
  external: z.boolean().optional(),
  driver: z.string().optional(),
  ipam: z
    .looseObject({ config: z.array(z.looseObject({ subnet: z.string().optional() })).nullish() })
    .nullish(),
});

/** A resolved configuration, as `docker compose config --format json` gives it. */
export const ResolvedConfig = z.looseObject({
  services: namedParts(ResolvedService).prefault({}),
  networks: namedParts(Network).prefault({}),
  volumes: namedParts(Part).prefault({}),
  secrets: namedParts(FileObject).prefault({}),
  configs: namedParts(FileObject).prefault({}),
});
export type ResolvedConfig = z.infer<typeof ResolvedConfig>;

export interface StackFileOptions {
  /** Whether the kernel is known to lack what spreads connections over tasks. */
  readonly lacksBalancing: boolean;
  /** What each service runs: an image's id, or its name and digest. */
  readonly images: ReadonlyMap<string, string>;
  /** Paths of files with what secrets and configs hold, by their names in the swarm. */
  readonly files: ReadonlyMap<string, string>;
}

/** Writes a resolved configuration as `docker stack deploy` takes it. */
export function toStackFile(config: ResolvedConfig, options: StackFileOptions): Record<string, unknown> {
  const { lacksBalancing, images, files } = options;
  const jobs = new Set(
    Object.values(config.services).flatMap(({ depends_on: others }) =>
      Object.entries(others).flatMap(([name, { condition }]) =>
        condition === "service_completed_successfully" ? [name] : [],
      ),
    ),
  );
  const toObject = ({ name, external }: FileObject): object =>
    external ? { name, external } : { name, file: files.get(name) };
  const services = Object.entries(config.services).map(([name, service]) => {
    const image = images.get(name) ?? service.image;
    const part = toStackService(
      { ...service, ...(image === undefined ? {} : { image }) },
      {
        lacksBalancing,
        isJob: jobs.has(name),
        labels: { ...notCompose, [imageLabel]: service.image ?? name },
      },
    );
    const objects = [...service.secrets, ...service.configs].map(
      ({ source }) => (config.secrets[source] ?? config.configs[source])?.name,
    );
    const hash = createHash("sha256")
      .update(JSON.stringify([part, objects]))
      .digest("hex")
      .slice(0, 16);
    return [name, { ...part, labels: { ...(part["labels"] as object), [settingsLabel]: hash } }] as const;
  });
  const modes = Object.values(config.services).map(({ network_mode: mode }) => mode);
  const bare = ["host", "none"].filter((mode) => modes.includes(mode));
  return withoutEmpty({
    version: "3.13",
    services: Object.fromEntries(services),
    networks: {
      ...mapValues(config.networks, toNetwork),
      ...Object.fromEntries(bare.map((name) => [name, { external: true, name }])),
    },
    volumes: mapValues(config.volumes, (volume) => withoutEmpty(volume ?? {})),
    secrets: mapValues(config.secrets, toObject),
    configs: mapValues(config.configs, toObject),
  });
}

/** Lists what of a resolved configuration a swarm does not know. */
export function listUncarried({ services, networks }: ResolvedConfig): Uncarried[] {
  const drivers = Object.entries(networks).flatMap(([name, { driver = "overlay", external }]) =>
    external || driver === "overlay"
      ? []
      : [{ key: `networks.${name}.driver`, matters: driver !== "bridge" }],
  );
  return [...Object.entries(services).flatMap(([name, service]) => findUncarried(name, service)), ...drivers];
}

function toNetwork({ name, external, ipam, driver: _driver, ...network }: z.infer<typeof Network>): object {
  if (external) return { name, external };
  const subnets = (ipam?.config ?? []).flatMap(({ subnet }) => (subnet === undefined ? [] : [{ subnet }]));
  const keys = ["internal", "attachable", "labels", "enable_ipv6"];
  const own = Object.fromEntries(Object.entries(network).filter(([key]) => keys.includes(key)));
  return withoutEmpty({ name, driver: "overlay", ...own, ipam: withoutEmpty({ config: subnets }) });
}

function mapValues<T>(
  record: Readonly<Record<string, T>>,
  change: (value: T) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
