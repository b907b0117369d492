import { z } from "zod";
import { ownSource } from "./compose-files.ts";
import { namedParts } from "../../discover/named-parts.ts";
import { escapeDollars } from "./plain-dollars.ts";

/** The labels by which the target finds its own effects. */
export const commandLabel = "dockfra.command";
/** The label by which a container says of which release it is. */
export const releaseLabel = "dockfra.release";

const Volume = z.looseObject({
  type: z.string(),
  source: z.string().optional(),
  target: z.string().optional(),
});
const Service = z.looseObject({
  build: z.unknown().optional(),
  image: z.string().optional(),
  volumes: z.array(Volume).optional(),
});
/** The part of `docker compose config --format json` that an override depends on. */
export const ComposeConfig = z.looseObject({ services: namedParts(Service).default({}) });
export type ComposeConfig = z.infer<typeof ComposeConfig>;

export interface OverrideOptions {
  readonly project: string;
  readonly commandId: string;
  readonly releaseId: string;
  readonly releaseDir: string;
  readonly ownDir: string;
  /** Stays as it is unless its own settings change. */
  readonly proxy?: string;
}

export interface Override {
  /** A compose file, as JSON. */
  readonly text: string;
  /** Tags of the images that are built for this release. */
  readonly images: string[];
  /** Services that carry the labels. */
  readonly labelled: string[];
}

/**
 * Writes the file that turns a stack's own compose files into one release: labels, image tags that a later release leaves alone, and
 * data mounts in the stack's own directory. Where the stack builds images, only their services are labelled, so that a deploy does
 * not restart its databases.
 */
export function composeOverride(config: ComposeConfig, options: OverrideOptions): Override {
  const entries = Object.entries(config.services);
  const built = entries.filter(([, service]) => isBuilt(service)).map(([name]) => name);
  const others = entries.map(([name]) => name).filter((name) => name !== options.proxy);
  const labelled = [built, others, entries.map(([name]) => name)].find((names) => names.length > 0) ?? [];
  const images: string[] = [];
  const services: Record<string, Record<string, unknown>> = {};
  for (const [name, service] of entries) {
    const change: Record<string, unknown> = {};
    if (labelled.includes(name))
      change["labels"] = { [commandLabel]: options.commandId, [releaseLabel]: options.releaseId };
    if (isBuilt(service) && !isShared(service.image, config)) {
      const image = `${options.project}-${name}:${options.releaseId}`.toLowerCase();
      change["image"] = image;
      images.push(image);
    }
    const volumes = (service.volumes ?? []).flatMap((volume) => toOwnMount(volume, options));
    if (volumes.length > 0) change["volumes"] = volumes;
    if (Object.keys(change).length > 0) services[name] = change;
  }
  return { text: `${JSON.stringify(escapeDollars({ services }), null, 2)}\n`, images, labelled };
}

function isBuilt(service: z.infer<typeof Service>): boolean {
  return service.build !== undefined && service.build !== null;
}

/** Whether another service runs the same image by its name: then the name must stay. */
function isShared(image: string | undefined, config: ComposeConfig): boolean {
  return (
    image !== undefined &&
    Object.values(config.services).filter((service) => service.image === image).length > 1
  );
}

function toOwnMount(
  volume: z.infer<typeof Volume>,
  { releaseDir, ownDir }: OverrideOptions,
): z.infer<typeof Volume>[] {
  if (volume.type !== "bind" || volume.source === undefined) return [];
  const source = ownSource(volume.source, releaseDir, ownDir);
  return source === undefined ? [] : [{ ...volume, source }];
}
