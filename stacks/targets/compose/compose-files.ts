import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { invalidInput } from "../../../bus/kernel/errors.ts";
import { namedParts } from "../../discover/named-parts.ts";

/**
 * Resolves the stack's directory in a tree, which may not lead out of it.
 * @throws `release_missing`
 */
export function stackDir(tree: string, dir: string): string {
  try {
    const root = realpathSync(tree);
    const path = realpathSync(join(root, dir));
    if (path === root || path.startsWith(root + sep)) return path;
  } catch (error) {
    throw invalidInput(
      "release_missing",
      `The release has no directory "${dir}" in ${tree}. Export it again.`,
      { params: { dir, tree }, cause: error },
    );
  }
  throw invalidInput(
    "release_missing",
    `The directory "${dir}" leads out of the release ${tree}. Correct "dir" in dockfra.yaml.`,
    { params: { dir, tree } },
  );
}

const EnvFile = z.union([z.string(), z.looseObject({ path: z.string() })]);
const ServiceFile = z.looseObject({ env_file: z.union([EnvFile, z.array(EnvFile)]).optional() });
const ComposeFile = z.looseObject({ services: namedParts(ServiceFile.nullable()).optional() });

/**
 * Links env files that git does not carry from the stack's own directory into the release, so that secrets stay where they are.
 */
export function linkEnvFiles(files: readonly string[], releaseDir: string, ownDir: string): void {
  for (const name of files.flatMap((file) => envFilesOf(file))) {
    if (isAbsolute(name) || name.includes("$")) continue;
    const wanted = resolve(releaseDir, name);
    const own = resolve(ownDir, name);
    if (!isBelow(releaseDir, wanted) || lstatSync(wanted, { throwIfNoEntry: false }) || !existsSync(own))
      continue;
    mkdirSync(dirname(wanted), { recursive: true });
    symlinkSync(own, wanted);
  }
}

/** Maps a bind mount's source to the stack's own directory where the release does not carry it: data lives there, not in git. */
export function ownSource(source: string, releaseDir: string, ownDir: string): string | undefined {
  return isBelow(releaseDir, source) && !existsSync(source)
    ? join(ownDir, relative(releaseDir, source))
    : undefined;
}

function envFilesOf(file: string): string[] {
  const services = Object.values(readComposeFile(file)?.services ?? {});
  return services
    .flatMap((service) => service?.env_file ?? [])
    .map((entry) => (typeof entry === "string" ? entry : entry.path));
}

function readComposeFile(file: string): z.infer<typeof ComposeFile> | undefined {
  try {
    const parsed = ComposeFile.safeParse(
      parse(readFileSync(file, "utf8"), { logLevel: "silent", merge: true }),
    );
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Compose itself names the place of the error
    return undefined;
  }
}

function isBelow(dir: string, path: string): boolean {
  return path.startsWith(dir + sep);
}
