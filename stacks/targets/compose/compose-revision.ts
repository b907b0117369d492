import { copyFileSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { invalidInput, type DockfraError } from "../../../bus/kernel/errors.ts";
import type { DangerousSetting } from "../../policy/dangerous-setting.ts";
import { fixOverrideFiles } from "../../fix/override-file.ts";
import { findDangerousSettings } from "../../policy/dangerous-settings.ts";
import { writeDurably } from "../durable-file.ts";
import type { ReleaseRef } from "../target.ts";
import { chooseStackFiles, counterpart, type FileSayings } from "../../discover/stack-files.ts";
import { linkEnvFiles, stackDir } from "./compose-files.ts";
import type { ComposeProject, Readiness } from "./compose-project.ts";
import type { SnapshotSpec } from "./data-snapshot.ts";
import type { Revision } from "./compose-state.ts";
import { lastWords } from "./docker-cli.ts";
import type { HealthSpec } from "./health-proof.ts";
import { commandLabel, ComposeConfig, composeOverride } from "./override.ts";
import { configInvalid, noComposeFile } from "./up-failure.ts";
import { namedParts } from "../../discover/named-parts.ts";

/** How to bring a stack up: the part of `dockfra.yaml` that a compose target needs. */
export interface ComposeSpec extends HealthSpec {
  readonly project: string;
  /** The stack's own directory: where its data and its `.env` are. */
  readonly ownDir: string;
  /** The stack's directory below a release's tree. */
  readonly releaseSubDir: string;
  /** What people said of which files count; default: as Compose finds them. */
  readonly sayings?: FileSayings;
  /** Profiles that are on. */
  readonly profiles?: readonly string[];
  /** Values that are stronger than those of the env files. */
  readonly values?: Readonly<Record<string, string>>;
  readonly envFiles: readonly string[];
  /** The user's project; default: the stack's own directory. */
  readonly root?: string;
  /** Gives the address of an engine elsewhere; default: the local one. */
  readonly reachEngine?: () => Promise<string>;
  /** The service through which requests come in; those behind it are replaced while they answer. */
  readonly proxy?: string;
  /** Whether the engine's swarm runs it instead of Compose. */
  readonly swarm?: boolean;
  /** What is kept of the stack's data before each change. */
  readonly snapshot?: SnapshotSpec;
}

const plainFiles: FileSayings = { environment: "local", settings: [] };

export interface PrepareOptions {
  readonly stack: string;
  /** The stack's own state directory. */
  readonly dir: string;
  readonly spec: ComposeSpec;
  readonly project: ComposeProject;
}

/** A release ready to be brought up, with what its settings reach. */
export interface Prepared {
  readonly revision: Revision;
  readonly dangers: readonly DangerousSetting[];
  /** Keys of the configuration that the engine's way of running it does not know. */
  readonly leftOut: readonly string[];
}

/**
 * Writes down what a release is made of, with its generated file; nothing starts yet.
 * @throws `no_compose_file`, `compose_config_invalid`, `release_missing`, and what a swarm has against it
 */
export async function prepareRevision(
  release: ReleaseRef,
  commandId: string,
  options: PrepareOptions,
): Promise<Prepared> {
  const { stack, dir, spec, project } = options;
  const { sayings = plainFiles } = spec;
  const dirInTree = stackDir(release.dir, spec.releaseSubDir);
  const chosen = chooseStackFiles({
    ...{ tree: realpathSync(release.dir), dir: spec.releaseSubDir, sayings, ownDir: spec.ownDir },
  });
  if (!chosen) throw noComposeFile(stack, spec.releaseSubDir, sayings.settings[0]?.files);
  const projectDir = chosen.dir;
  const files = [...chosen.files];
  const ownDir = counterpart(projectDir, dirInTree, spec.ownDir);
  linkEnvFiles(files, projectDir, ownDir);
  const run = await project.config({ projectDir, files });
  if (run.exitCode !== 0) throw configInvalid(stack, lastWords(run));
  const { releaseId } = release;
  const config: unknown = JSON.parse(run.stdout);
  const { obstacles, leftOut } = await checkConfig(config, projectDir, options);
  const [obstacle] = obstacles;
  if (obstacle) throw obstacle;
  const override = composeOverride(ComposeConfig.parse(config), {
    project: spec.project,
    commandId,
    releaseId,
    releaseDir: projectDir,
    ownDir,
    ...(spec.proxy === undefined ? {} : { proxy: spec.proxy }),
  });
  const file = join(dir, `${releaseId}.${commandId}.json`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeDurably(file, override.text);
  const fixes = keepFixes(config, `${file}.fixes.yaml`, options);
  const raw = await readRaw(project, { projectDir, files });
  const dangers = findDangerousSettings(stack, config, placesOf(options, release.dir, projectDir), raw);
  const revision: Revision = {
    release,
    projectDir,
    files: [...files, ...fixes, file],
    images: override.images,
    mark: { label: `${commandLabel}=${commandId}`, services: override.labelled },
    dangers: dangers.map(({ hash }) => hash),
    sinceMs: Date.now(),
  };
  return { revision, dangers, leftOut };
}

/** What fixes changed in this project counts for its releases too; a copy, since an undone fix must not break an old one. */
function keepFixes(config: unknown, copy: string, { dir, spec }: PrepareOptions): string[] {
  const stateDir = dirname(dirname(dir));
  const services = Object.keys(ComposeConfig.parse(config).services);
  return fixOverrideFiles(stateDir, spec.project, services).map((file) => {
    copyFileSync(file, copy);
    return copy;
  });
}

/** Looks whether a configuration can run where the stack does. */
async function checkConfig(
  config: unknown,
  projectDir: string,
  { stack, spec, project }: PrepareOptions,
): Promise<Readiness> {
  const unportable = spec.reachEngine ? findUnportable(stack, config, spec.swarm === true) : undefined;
  const ready = await project.checkReady({
    ...{ stack, config, releaseDir: projectDir, ownDir: spec.ownDir, root: spec.root ?? spec.ownDir },
    hasSnapshot: spec.snapshot !== undefined,
  });
  return unportable ? { ...ready, obstacles: [unportable, ...ready.obstacles] } : ready;
}

/** Makes sure that a release that is kept may come up: nothing else runs under its name. @throws `swarm_name_taken`, `swarm_inactive`, `swarm_not_manager` */
export async function assertPlaceFree({ stack, spec, project }: PrepareOptions): Promise<void> {
  const places = { releaseDir: spec.ownDir, ownDir: spec.ownDir, root: spec.root ?? spec.ownDir };
  const ready = await project.checkReady({ stack, config: {}, ...places, hasSnapshot: false });
  const [obstacle] = ready.obstacles;
  if (obstacle) throw obstacle;
}

/** Lists the dangerous settings of the user's own files, which nobody has to accept; none where they cannot be read. */
export async function findOwnDangers(options: PrepareOptions): Promise<readonly DangerousSetting[]> {
  const { stack, project } = options;
  const own = await readOwn(options);
  if (own === undefined) return [];
  const raw = await readRaw(project, own);
  return findDangerousSettings(stack, own.config, placesOf(options, own.root, own.projectDir), raw);
}

/** Lists what a deploy of the user's own files would be refused for; nothing where they cannot be read. */
export async function findOwnObstacles(options: PrepareOptions): Promise<readonly DockfraError[]> {
  const own = await readOwn(options);
  return own === undefined ? [] : (await checkConfig(own.config, own.projectDir, options)).obstacles;
}

/** Resolves the files at ROOT as a release's would be. */
async function readOwn({ spec, project }: PrepareOptions) {
  const { root = spec.ownDir, sayings = plainFiles } = spec;
  const chosen = chooseStackFiles({ tree: root, dir: relative(root, spec.ownDir), sayings });
  if (!chosen) return undefined;
  const revision = { projectDir: chosen.dir, files: [...chosen.files] };
  const run = await project.config(revision);
  if (run.exitCode !== 0) return undefined;
  return { ...revision, root, config: JSON.parse(run.stdout) as unknown };
}

/** Compose versions that cannot say it leave the env files out. */
async function readRaw(
  project: ComposeProject,
  revision: Pick<Revision, "projectDir" | "files">,
): Promise<unknown> {
  const run = await project.rawConfig(revision);
  return run.exitCode === 0 ? JSON.parse(run.stdout) : {};
}

const Portable = z.looseObject({
  services: namedParts(
    z.looseObject({ volumes: z.array(z.looseObject({ type: z.string().optional() })).optional() }),
  ).default({}),
  configs: namedParts(z.looseObject({ file: z.string().optional() })).default({}),
  secrets: namedParts(z.looseObject({ file: z.string().optional() })).default({}),
});

/** An engine elsewhere does not have the files of this machine. */
function findUnportable(stack: string, config: unknown, sendsFiles: boolean): DockfraError | undefined {
  const { services, configs, secrets } = Portable.parse(config);
  const mounts = Object.entries(services).flatMap(([name, { volumes = [] }]) =>
    volumes.some(({ type }) => type === "bind") ? [name] : [],
  );
  const files = Object.entries({ ...configs, ...secrets }).flatMap(([name, { file }]) =>
    file === undefined ? [] : [name],
  );
  const [first] = [...mounts, ...(sendsFiles ? [] : files)];
  if (first === undefined) return undefined;
  return invalidInput(
    "remote_mount",
    `"${first}" of "${stack}" needs files of this machine, which the engine elsewhere does not have. Put them into the image, a volume, or "content" of a config.`,
    { params: { stack, name: first } },
  );
}

function placesOf(
  { dir, spec }: PrepareOptions,
  treeDir: string,
  stackDirectory: string,
): Parameters<typeof findDangerousSettings>[2] {
  const { ownDir, root = ownDir } = spec;
  return { treeDir, stackDir: stackDirectory, ownDir, root, stateDir: dirname(dirname(dir)) };
}
