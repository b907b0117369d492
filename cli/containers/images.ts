import { createHash } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DockfraError, unavailable } from "../../bus/kernel/errors.ts";
import { roles } from "../../bus/messages/principals.ts";
import { lastWords, runDocker } from "../../stacks/targets/compose/docker-cli.ts";
import { dockerFailed, type Owner } from "./own-objects.ts";

/** Directory of Dockfra's own code, which the images are made of. */
const home = join(import.meta.dirname, "..", "..");
const bakeFile = join("agents", "image", "bake.hcl");
/** What the images' context holds, as Dockerfile.dockerignore says. */
const sources = ["package.json", "package-lock.json", "{agents,bus,cli,locales,stacks,terminal}/**/*"];
const buildTimeoutMs = 20 * 60_000;

/** Names in the bake file that are built for a set of services. */
export const roleTargets = ["base", ...roles] as const;
export type ImageTarget = (typeof roleTargets)[number] | "desktop";

export interface ImageOptions extends Owner {
  readonly targets: readonly ImageTarget[];
  readonly signal?: AbortSignal;
  /** Says what is built before it begins; must not throw. */
  readonly onBuild?: (images: readonly string[]) => void;
  /** Gets each line of the build; must not throw. */
  readonly onLine?: (line: string) => void;
}

/** What was done for the images of an installation. */
export interface ImagesReady {
  /** Names of what was built; empty where all were of this code already. */
  readonly built: readonly string[];
  readonly tookMs: number;
}

/**
 * Makes the images of a prefix where they are not of this very code yet.
 * @throws `image_build_failed`, `base_image_missing`, `engine_disk_full`
 */
export async function ensureImages(options: ImageOptions): Promise<ImagesReady> {
  const startMs = performance.now();
  const { prefix, root, targets, signal, onBuild, onLine } = options;
  const [source, found] = await Promise.all([
    hashOfSources(),
    findSources(targets.map((t) => imageName(prefix, t))),
  ]);
  const stale = targets.filter((target) => found.get(imageName(prefix, target)) !== source);
  if (stale.length === 0) return { built: [], tookMs: performance.now() - startMs };
  const images = stale.map((target) => imageName(prefix, target));
  onBuild?.(images);
  const run = await runDocker(["buildx", "bake", "--file", bakeFile, "--progress", "plain", ...stale], {
    cwd: home,
    env: {
      PREFIX: prefix,
      ROOT: root,
      SOURCE: source,
      ...(process.env["BASE_IMAGE"] ? { BASE_IMAGE: process.env["BASE_IMAGE"] } : {}),
      ...(process.env["DOCKER_CLI_IMAGE"] ? { DOCKER_CLI_IMAGE: process.env["DOCKER_CLI_IMAGE"] } : {}),
    },
    timeoutMs: buildTimeoutMs,
    ...(signal ? { signal } : {}),
    ...(onLine ? { onLine } : {}),
  });
  if (run.exitCode !== 0) throw buildFailed(run);
  return { built: images, tookMs: performance.now() - startMs };
}

/** Name of an image of a prefix. */
function imageName(prefix: string, target: ImageTarget): string {
  return target === "desktop" ? `${prefix}-desktop` : `${prefix}-ssh-${target}`;
}

/** A hash of all that goes into the images, so that a change of any of it builds them again. */
export async function hashOfSources(dir = home): Promise<string> {
  const files: string[] = [];
  for await (const entry of glob(sources, { cwd: dir, withFileTypes: true, exclude: isLeftOut }))
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name));
  const hash = createHash("sha256");
  const texts = await Promise.all(
    files.toSorted().map(async (file) => [file, await readFile(file)] as const),
  );
  for (const [file, text] of texts) hash.update(`${file.slice(dir.length)}\0${text.length}\0`).update(text);
  return hash.digest("hex").slice(0, 32);
}

function isLeftOut({ name, parentPath }: { readonly name: string; readonly parentPath: string }): boolean {
  return (
    name === "node_modules" ||
    name.endsWith(".md") ||
    (name === "blueprints" && parentPath.endsWith("stacks"))
  );
}

const Images = z.array(
  z.object({
    RepoTags: z.array(z.string()).nullable(),
    Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
  }),
);

/** The hash that each image's label names, by image. */
async function findSources(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  // fails where one is missing, and prints the others all the same
  const { stdout } = await runDocker(["image", "inspect", ...names], { timeoutMs: 30_000 });
  const images = stdout.trim() === "" ? [] : Images.parse(JSON.parse(stdout));
  return new Map(
    images.flatMap(({ RepoTags, Config }) =>
      (RepoTags ?? []).map(
        (tag) => [tag.replace(/:latest$/, ""), Config?.Labels?.["dockfra.source"] ?? ""] as const,
      ),
    ),
  );
}

function buildFailed(run: Awaited<ReturnType<typeof runDocker>>): Error {
  const failed = dockerFailed(["buildx", "bake"], run);
  if (failed instanceof DockfraError && failed.code === "engine_disk_full") return failed;
  const output = `${run.stderr}\n${run.stdout}`;
  // of the many images whose metadata are loaded, the one whose loading failed
  const image = (/failed to resolve source metadata for (\S+?):?\s/.exec(output) ??
    /^ > \[internal\] load metadata for (\S+?):?$/m.exec(output))?.[1];
  if (image !== undefined)
    return unavailable(
      "base_image_missing",
      `The image ${image} cannot be had: ${lastWords(run)}. Pull it with "docker pull ${image}", or name another with BASE_IMAGE.`,
      { params: { image, why: lastWords(run) } },
    );
  const why = /ERROR:? (.*)/.exec(run.stderr)?.[1]?.slice(0, 500) ?? lastWords(run);
  return unavailable(
    "image_build_failed",
    `The images of the roles could not be built: ${run.cancelled ? "it was cancelled" : why}. See it all with: docker buildx bake -f ${bakeFile}`,
    { params: { why, file: bakeFile } },
  );
}

/** Removes the images of a prefix, by their label; gives how many. */
export async function removeImages(prefix: string): Promise<number> {
  const { stdout } = await runDocker(
    ["images", "--quiet", "--no-trunc", "--filter", `label=dockfra.prefix=${prefix}`],
    { timeoutMs: 30_000 },
  );
  const ids = [...new Set(stdout.split("\n").filter((id) => id !== ""))];
  if (ids.length > 0) await runDocker(["rmi", "--force", ...ids], { timeoutMs: 120_000 });
  return ids.length;
}
