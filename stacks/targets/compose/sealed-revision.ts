import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeDurably } from "../durable-file.ts";
import type { ComposeProject, ProjectContainer } from "./compose-project.ts";
import type { Revision, ServicePart } from "./compose-state.ts";
import { lastWords } from "./docker-cli.ts";
import { configInvalid } from "./up-failure.ts";
import { namedParts } from "../../discover/named-parts.ts";

const Sealed = z.looseObject({
  name: z.string().optional(),
  services: namedParts(z.looseObject({ image: z.string().optional() })).default({}),
});

/**
 * Writes a revision's resolved configuration down, so that it can come back as it was whatever becomes of the files and variables it
 * came from. It builds nothing: images have their names.
 * @throws `compose_config_invalid`
 */
export async function sealRevision(
  revision: Revision,
  name: string,
  { stack, dir, project }: { readonly stack: string; readonly dir: string; readonly project: ComposeProject },
): Promise<Revision> {
  const run = await project.config(revision);
  if (run.exitCode !== 0) throw configInvalid(stack, lastWords(run));
  const sealed = join(dir, `${name}.sealed.json`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeDurably(sealed, sealConfig(await project.seal(JSON.parse(run.stdout)), stack));
  return { ...revision, sealed };
}

/** A resolved configuration as a Compose file by itself that builds nothing, as JSON. */
export function sealConfig(resolved: unknown, stack: string): string {
  const config = Sealed.parse(resolved);
  const services = Object.entries(config.services).map(([service, { build, ...rest }]) => {
    const image = rest.image ?? (build === undefined ? undefined : `${config.name ?? stack}-${service}`);
    return [service, { ...rest, ...(image === undefined ? {} : { image }) }] as const;
  });
  return JSON.stringify({ ...config, services: Object.fromEntries(services) });
}

/** What a service's container is made of. */
export type ContainerParts = Pick<ProjectContainer, "service" | "image" | "imageId" | "configHash">;

interface PartsOptions {
  readonly projectName: string;
  readonly project: ComposeProject;
  /** Default: as the engine has them now. */
  readonly containers?: readonly ContainerParts[];
}

/** Notes what a revision's services are made of while they run, and gives images a name that stays. */
export async function noteParts(
  revision: Revision,
  releaseId: string,
  { projectName, project, containers }: PartsOptions,
): Promise<Revision> {
  const parts = noParts();
  for (const { service, image, imageId, configHash } of containers ?? (await project.inspect())) {
    if (parts[service]) continue;
    const own = `${projectName}-${service}:${releaseId}`.toLowerCase();
    const keptImage = revision.images.includes(image) ? image : own;
    parts[service] = { image, imageId, keptImage, configHash };
  }
  await Promise.all(
    Object.values(parts)
      .filter(({ image, keptImage }) => keptImage !== image)
      .map(({ imageId, keptImage }) => project.tag(imageId, keptImage)),
  );
  const images = new Set([...revision.images, ...Object.values(parts).map(({ keptImage }) => keptImage)]);
  return { ...revision, parts, images: [...images] };
}

/** The revision as its seal has it, with the images that it ran; `undefined` where something of it is gone. */
export async function openSeal(revision: Revision, project: ComposeProject): Promise<Revision | undefined> {
  const { sealed, parts = noParts() } = revision;
  if (sealed === undefined || !existsSync(sealed)) return undefined;
  const found: unknown = JSON.parse(readFileSync(sealed, "utf8"));
  const own = project.unseal(found, `${sealed}.files`);
  if (own !== found) writeDurably(sealed, JSON.stringify(own));
  const config = Sealed.parse(own);
  for (const [service, settings] of Object.entries(config.services)) {
    const part = parts[service];
    const wanted = part ? await imageOf(part, project) : settings.image;
    if (wanted === undefined || (await project.imageId(wanted)) === undefined) return undefined;
    settings.image = wanted;
  }
  writeDurably(sealed, JSON.stringify(config));
  return { ...revision, files: [sealed] };
}

/** Lists the services of a revision that run now exactly as they did then; these need not be touched. */
export async function findUnchanged({ parts = {} }: Revision, project: ComposeProject): Promise<string[]> {
  const now = await project.inspect();
  return Object.entries(parts).flatMap(([service, part]) => {
    const own = now.filter((container) => container.service === service);
    const isSame = own.every(
      ({ configHash, imageId }) => configHash === part.configHash && imageId === part.imageId,
    );
    return own.length > 0 && isSame ? [service] : [];
  });
}

/** By names of services, which may be those of an object's own members. */
function noParts(): Record<string, ServicePart> {
  return Object.create(null) as Record<string, ServicePart>;
}

/** Its own name, or the kept one where another image has that name now. */
async function imageOf(part: ServicePart, project: ComposeProject): Promise<string> {
  return (await project.imageId(part.image)) === part.imageId ? part.image : part.keptImage;
}
