import { realpath, stat } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { invalidInput, notFound, unavailable } from "../../bus/kernel/errors.ts";
import type { DockfraError } from "../../bus/kernel/errors.ts";
import type { ComposeEnvironment } from "../../bus/messages/stack-jobs.ts";
import type { Problem } from "./problems.ts";
import { projectsIn } from "./projects.ts";
import type { FileChoice, ProjectFiles, ProjectSettings } from "./projects.ts";
import { RootFiles } from "./source-files.ts";
import { readStack } from "./stack.ts";
import type { Environment, Stack, StackReading } from "./stack.ts";
import { findComposeDirs } from "./tree-walk.ts";
import type { ComposeDir, TreeWalk } from "./tree-walk.ts";

/** What is below a root. */
export interface Discovery {
  /** The real path. */
  readonly root: string;
  /** By directory, then main file. */
  readonly stacks: readonly Stack[];
  readonly problems: readonly Problem[];
  /** What the `.env` files of each stack set, by its main file; secrets may be among it. */
  readonly values: StackValues;
}

/** Values by a stack's main file, then by name. */
export type StackValues = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface DiscoverOptions {
  /** Has a say in project names (`COMPOSE_PROJECT_NAME`, `name: ${…}`) and profiles only. */
  readonly environment?: Environment;
  /** Which of a directory's files count; default: local. */
  readonly composeEnvironment?: ComposeEnvironment;
  /** What `dockfra.yaml` says of files and profiles. */
  readonly settings?: readonly ProjectSettings[];
  /** What earlier calls read and may be taken again; by default shared by all calls. */
  readonly cache?: StackCache;
}

/** Readings by project, each valid while the files that it came from keep their stamps. */
export class StackCache {
  readonly #readings = new Map<string, StackReading>();

  /** Gives the reading of a project, made anew where a file has changed. */
  read(root: string, project: ProjectFiles, environment: Environment): StackReading {
    const key = JSON.stringify([root, project, environment]);
    const known = this.#readings.get(key);
    if (known !== undefined && RootFiles.unchanged(known.stamps)) return known;
    const reading = readStack(root, project, environment);
    this.#readings.delete(key);
    this.#readings.set(key, reading);
    const [oldest] = this.#readings.keys();
    if (this.#readings.size > maxReadings && oldest !== undefined) this.#readings.delete(oldest);
    return reading;
  }
}

const maxReadings = 10_000;
const sharedCache = new StackCache();
/** How many projects are read before others have their turn: the process answers while a large tree is read. */
export const projectsPerTurn = 20;

/**
 * Finds the Compose projects below a root and reads what each needs. A project that Compose would refuse is a
 * problem and no stack; the others load.
 * @throws root_missing, root_not_directory, root_unreadable
 */
export async function discoverStacks(root: string, options: DiscoverOptions = {}): Promise<Discovery> {
  const { environment = {}, cache = sharedCache, composeEnvironment = "local", settings = [] } = options;
  const realRoot = await openRoot(resolve(root));
  const walk = await findComposeDirs(realRoot);
  const choice = {
    root: realRoot,
    environment: composeEnvironment,
    settings: settingsBelow(realRoot, settings),
  };
  const readings: StackReading[] = [];
  const projects = withSettings(walk.dirs, choice).flatMap((dir) => projectsIn(dir, choice));
  for (const [index, project] of projects.entries()) {
    if (index % projectsPerTurn === 0) await setImmediate();
    readings.push(cache.read(realRoot, project, environment));
  }
  return toDiscovery(realRoot, readings, unreadableDirs(realRoot, walk));
}

/** Puts readings together. */
export function toDiscovery(
  root: string,
  readings: Iterable<StackReading>,
  problems: readonly Problem[],
): Discovery {
  const stacks: Stack[] = [];
  const found: Problem[] = [...problems];
  const values = new Map<string, ReadonlyMap<string, string>>();
  for (const reading of readings) {
    if (reading.stack !== undefined) {
      stacks.push(reading.stack);
      values.set(reading.stack.files[0] ?? "", reading.values);
    }
    found.push(...reading.problems);
  }
  return { root, stacks, problems: found, values };
}

/** Says which directories could not be listed. */
export function unreadableDirs(root: string, { unreadable }: TreeWalk): readonly Problem[] {
  return unreadable.map(({ dir, code }) => ({
    file: relative(root, dir).split(sep).join("/"),
    line: 1,
    column: 1,
    code: "unreadable",
    message: `Cannot list ${dir}: ${code}.`,
  }));
}

/** Adds the directories that `dockfra.yaml` names files of, where none has a name of Compose's. */
export function withSettings(dirs: readonly ComposeDir[], { settings }: FileChoice): readonly ComposeDir[] {
  const known = new Set(dirs.map(({ dir }) => dir));
  const more = settings
    .filter(({ dir, files }) => files !== undefined && !known.has(dir))
    .map(({ dir }) => ({ dir, files: [] }));
  if (more.length === 0) return dirs;
  const byDir = new Map([...dirs, ...more].map((one) => [one.dir, one]));
  return [...byDir.values()].toSorted((a, b) => (a.dir < b.dir ? -1 : 1));
}

/** Puts settings' directories below the real path of the root. */
export function settingsBelow(
  realRoot: string,
  settings: readonly ProjectSettings[],
): readonly ProjectSettings[] {
  return settings.map((one) => ({ ...one, dir: resolve(realRoot, one.dir) }));
}

/** The real path of a root. @throws root_missing, root_not_directory, root_unreadable */
export async function openRoot(root: string): Promise<string> {
  try {
    const real = await realpath(root);
    if ((await stat(real)).isDirectory()) return real;
  } catch (error) {
    throw toRootError(root, error);
  }
  throw invalidInput(
    "root_not_directory",
    `${root} is not a directory. Name the directory that holds your stacks.`,
    {
      params: { root },
    },
  );
}

function toRootError(root: string, error: unknown): DockfraError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  const options = { params: { root, code }, cause: error };
  if (code === "ENOENT") {
    return notFound("root_missing", `No directory ${root}. Name one that exists with --root.`, options);
  }
  return unavailable("root_unreadable", `Cannot read ${root} (${code}). Check its permissions.`, options);
}
