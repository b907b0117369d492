import { chmodSync, copyFileSync, existsSync, lstatSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { z } from "zod";
import { readStack } from "../discover/stack.ts";
import { chooseStackFiles, counterpart, type FileSayings } from "../discover/stack-files.ts";
import { fixOverrideFiles } from "../fix/override-file.ts";
import { stackDir } from "../targets/compose/compose-files.ts";
import { lastWords, runDocker } from "../targets/compose/docker-cli.ts";
import { noComposeFile } from "../targets/compose/up-failure.ts";
import { previewFilesRefused, readsOutside } from "./preview-failure.ts";
import type { PlaceKind } from "./preview-mounts.ts";
import { PreviewSource } from "./preview-model.ts";
import { namedParts } from "../discover/named-parts.ts";

export interface PreviewPlace {
  readonly stack: string;
  /** The branch's files, exported for this preview alone; absolute. */
  readonly treeDir: string;
  /** The stack's directory in that tree. */
  readonly subDir: string;
  /** The stack's own directory below ROOT. */
  readonly ownDir: string;
  readonly root: string;
  readonly stateDir: string;
  /** The Compose project of the stack itself, whose fixes count here too. */
  readonly ownProject: string;
  readonly sayings: FileSayings;
  /** Profiles that are on. */
  readonly profiles: readonly string[];
  /** Values that the stack's files on the base branch use; a branch cannot ask for others. */
  readonly values: Readonly<Record<string, string>>;
}

export interface PreviewFiles {
  readonly projectDir: string;
  readonly source: PreviewSource;
  readonly placeOf: (path: string) => PlaceKind;
}

const EnvFile = z.union([z.string(), z.looseObject({ path: z.string() }).transform(({ path }) => path)]);
const RawSource = z.looseObject({
  services: namedParts(z.looseObject({ env_file: z.array(EnvFile).nullish() })).default({}),
});
const configMs = 60_000;
const harmless: ReadonlySet<string> = new Set(["/etc/localtime", "/etc/timezone"]);

/**
 * Reads a branch's stack as Compose resolves it, without reading anything outside of the branch.
 * @throws `no_compose_file`, `preview_reads_outside`, `preview_files_refused`, `release_missing`
 */
export async function readPreviewFiles(place: PreviewPlace, signal: AbortSignal): Promise<PreviewFiles> {
  const { stack, treeDir, subDir, ownDir, sayings, values } = place;
  const dirInTree = stackDir(treeDir, subDir);
  const tree = realpathSync(treeDir);
  const chosen = chooseStackFiles({ tree, dir: subDir, sayings, ownDir });
  if (!chosen) throw noComposeFile(stack, subDir, sayings.settings[0]?.files);
  const { dir: projectDir, files } = chosen;
  await copyEnvFiles(place, projectDir, counterpart(projectDir, dirInTree, ownDir), signal);
  const { problems } = readStack(tree, { dir: projectDir, files, envDirs: [] }, values);
  const outside = problems.find(({ code }) => code === "path_outside_root" || code === "remote_not_followed");
  if (outside) throw readsOutside(`${outside.file}:${outside.line} (${outside.message.replace(/\.$/, "")})`);
  const placeOf = createPlaceOf(tree, place.root);
  for (const path of await envFilesIn(place, projectDir, files, signal))
    if (placeOf(path) !== "own" && existsSync(path)) throw readsOutside(path);
  const plain = PreviewSource.parse(await resolveFiles(place, projectDir, files, { signal }));
  const fixes = fixOverrideFiles(place.stateDir, place.ownProject, Object.keys(plain.services));
  const source =
    fixes.length === 0
      ? plain
      : PreviewSource.parse(await resolveFiles(place, projectDir, [...files, ...fixes], { signal }));
  return { projectDir, source, placeOf };
}

interface ResolveOptions {
  readonly signal: AbortSignal;
  /** Leaves references and env files as they are. */
  readonly isRaw?: boolean;
}

async function resolveFiles(
  { stack, values, profiles }: PreviewPlace,
  dir: string,
  files: readonly string[],
  { signal, isRaw = false }: ResolveOptions,
): Promise<unknown> {
  const named = files.flatMap((file) => ["--file", file]);
  const place = [
    "--project-name",
    "preview",
    "--project-directory",
    dir,
    ...named,
    "--env-file",
    "/dev/null",
    ...profiles.flatMap((profile) => ["--profile", profile]),
  ];
  const flags = isRaw ? ["--no-interpolate", "--no-env-resolution"] : ["--no-normalize"];
  const run = await runDocker(["compose", ...place, "config", "--format", "json", ...flags], {
    ...{ timeoutMs: configMs, signal, env: values },
  });
  signal.throwIfAborted();
  if (run.exitCode !== 0) throw previewFilesRefused(stack, lastWords(run).replace(/\.$/, ""));
  return JSON.parse(run.stdout);
}

/** Env files, absolute. @throws `preview_reads_outside` for one whose name only a value would tell */
async function envFilesIn(
  place: PreviewPlace,
  dir: string,
  files: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const { services } = RawSource.parse(await resolveFiles(place, dir, files, { signal, isRaw: true }));
  const paths = Object.values(services).flatMap(({ env_file: named }) => named ?? []);
  const unclear = paths.find((path) => path.includes("$"));
  if (unclear !== undefined) throw readsOutside(unclear);
  return [...new Set(paths)];
}

/** Env files that the stack itself has beside git; only those that its own files name. */
async function copyEnvFiles(
  place: PreviewPlace,
  projectDir: string,
  ownDir: string,
  signal: AbortSignal,
): Promise<void> {
  const { root, subDir, sayings } = place;
  const chosen = chooseStackFiles({ tree: root, dir: subDir, sayings });
  if (!chosen) return;
  for (const own of await envFilesIn(place, chosen.dir, chosen.files, signal)) {
    const wanted = join(projectDir, relative(ownDir, own));
    if (!isWithin(ownDir, own) || lstatSync(wanted, { throwIfNoEntry: false }) || !existsSync(own)) continue;
    mkdirSync(dirname(wanted), { recursive: true });
    if (!isWithin(realpathSync(projectDir), realpathSync(dirname(wanted)))) continue;
    copyFileSync(own, wanted);
    chmodSync(wanted, 0o600);
  }
}

/** Says of a path what a preview may do with it; links count by where they lead. */
function createPlaceOf(tree: string, root: string): (path: string) => PlaceKind {
  return (path) => {
    if (harmless.has(path)) return "readable";
    if (!isAbsolute(path)) return "outside";
    if (existsSync(path)) {
      const real = realpathSync(path);
      if (isWithin(tree, real)) return real.split(sep).includes(".git") ? "outside" : "own";
    } else if (isWithin(tree, path)) return "data";
    return isWithin(root, path) && path !== root && !isWithin(join(root, "dockfra"), path)
      ? "data"
      : "outside";
  };
}

function isWithin(dir: string, path: string): boolean {
  return path === dir || path.startsWith(dir + sep);
}
