import { z } from "zod";
import { hashSetting, kindOfSetting, type DangerousSetting } from "./dangerous-setting.ts";
import { leadsOutside, type ProjectPlaces } from "./place-dangers.ts";
import { listServiceDangers, RiskyService } from "./service-dangers.ts";
import { namedParts } from "../discover/named-parts.ts";

const Mount = z.looseObject({
  type: z.string().optional(),
  source: z.string().optional(),
  read_only: z.boolean().optional(),
});
const Service = RiskyService.extend({
  volumes: z.array(Mount).optional(),
  build: z
    .union([
      z.looseObject({
        context: z.string().optional(),
        dockerfile: z.string().optional(),
        additional_contexts: z.record(z.string(), z.string()).optional(),
      }),
      z.null(),
    ])
    .optional(),
});
const Volume = z.looseObject({
  name: z.string().optional(),
  external: z.boolean().optional(),
  driver: z.string().optional(),
  driver_opts: z.record(z.string(), z.unknown()).optional(),
});
const Network = z.looseObject({
  name: z.string().optional(),
  external: z.boolean().optional(),
  driver: z.string().optional(),
});
const FileSource = z.looseObject({ file: z.string().optional(), environment: z.string().optional() });
const Config = z.looseObject({
  name: z.string().optional(),
  services: namedParts(Service.nullable()).default({}),
  volumes: namedParts(Volume.nullable()).default({}),
  networks: namedParts(Network.nullable()).default({}),
  secrets: namedParts(FileSource.nullable()).default({}),
  configs: namedParts(FileSource.nullable()).default({}),
});
const EnvFile = z
  .union([z.string(), z.looseObject({ path: z.string() })])
  .transform((file) => (typeof file === "string" ? file : file.path));
const Raw = z.looseObject({
  services: namedParts(z.looseObject({ env_file: z.array(EnvFile).catch([]).optional() }).nullable()).default(
    {},
  ),
});
type Config = z.infer<typeof Config>;

/**
 * Lists the settings of a stack that reach beyond its containers: privileges, host namespaces, devices, capabilities, missing
 * confinement, and files, volumes and networks that are not the project's.
 * @param resolved what `docker compose config --format json` says
 * @param raw the same with `--no-interpolate --no-env-resolution`: only that names the env files
 */
export function findDangerousSettings(
  stack: string,
  resolved: unknown,
  places: ProjectPlaces,
  raw: unknown = {},
): DangerousSetting[] {
  const config = Config.parse(resolved);
  const found = [
    ...Object.entries(Raw.parse(raw).services).flatMap(([service, settings]) =>
      listEnvFiles(settings?.env_file ?? [], places).map((setting) => ({ service, setting })),
    ),
    ...Object.entries(config.services).flatMap(([service, settings]) =>
      settings ? listService(settings, places).map((setting) => ({ service, setting })) : [],
    ),
    ...listOwn(config, places).map((setting) => ({ service: "", setting })),
  ];
  const byHash = new Map(
    found.map(({ service, setting }) => {
      const hash = hashSetting(stack, service, setting);
      return [hash, { kind: kindOfSetting(setting), service, setting, hash }] as const;
    }),
  );
  return [...byHash.values()];
}

function listService(service: z.infer<typeof Service>, places: ProjectPlaces): string[] {
  const { volumes = [], build } = service;
  const contexts = build ? [build.context, ...Object.values(build.additional_contexts ?? {})] : [];
  return [
    ...listServiceDangers(service),
    ...volumes.flatMap(({ type, source, read_only: readOnly = false }) => {
      if (type !== "bind" || source === undefined) return [];
      const place = leadsOutside(source, places, { readOnly });
      return place === undefined ? [] : [`mount ${place}${readOnly ? " (read-only)" : ""}`];
    }),
    ...[...contexts, build?.dockerfile].flatMap((path) => {
      if (path === undefined || !path.startsWith("/")) return [];
      const place = leadsOutside(path, places);
      return place === undefined ? [] : [`build from ${place}`];
    }),
  ];
}

/** A file whose name only a value would tell may be any. */
function listEnvFiles(paths: readonly string[], places: ProjectPlaces): string[] {
  return paths.flatMap((path) => {
    if (path.includes("$")) return [`env_file ${path.replace(`${places.stackDir}/`, "")}`];
    const place = leadsOutside(path, places);
    return place === undefined ? [] : [`env_file ${place}`];
  });
}

function listOwn(
  { name = "", services, volumes, networks, secrets, configs }: Config,
  places: ProjectPlaces,
): string[] {
  const foreign = (kind: string, key: string, object: z.infer<typeof Network> | null): string[] => {
    const isForeign =
      object?.external === true || (object?.name !== undefined && !object.name.startsWith(`${name}_`));
    return isForeign ? [`${kind} ${object?.name ?? key} of others`] : [];
  };
  return [
    ...Object.entries(volumes).flatMap(([key, volume]) => [
      ...foreign("volume", key, volume),
      ...listVolume(key, volume, places),
    ]),
    ...Object.entries(networks).flatMap(([key, network]) => [
      ...foreign("network", key, network),
      ...(["host", "macvlan", "ipvlan"].includes(network?.driver ?? "")
        ? [`network ${key} driver ${network?.driver}`]
        : []),
    ]),
    ...Object.entries({ ...configs, ...secrets }).flatMap(([key, source]) => {
      const place = source?.file === undefined ? undefined : leadsOutside(source.file, places);
      return place === undefined ? [] : [`file ${place} as ${key}`];
    }),
    ...Object.keys(services)
      .filter((service) => services[service] === null)
      .map((service) => `unreadable service ${service}`),
  ];
}

/** A volume may be a directory of the host, or of another machine, by the options of its driver. */
function listVolume(key: string, volume: z.infer<typeof Volume> | null, places: ProjectPlaces): string[] {
  const { driver = "local", driver_opts: options = {} } = volume ?? {};
  if (driver !== "local") return [`volume ${key} driver ${driver}`];
  const { type, device } = options;
  if (typeof device !== "string" || type === "tmpfs") return [];
  if (!device.startsWith("/")) return [`volume ${key} device ${device}`];
  const isBind = type === undefined || type === "none" || type === "";
  const place = isBind ? leadsOutside(device, places) : device;
  return place === undefined ? [] : [`volume ${key} mounts ${place}`];
}
