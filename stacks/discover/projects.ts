import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { ComposeEnvironment } from "../../bus/messages/stack-jobs.ts";
import { fileListOf } from "./compose-variables.ts";
import { productionFiles } from "./production-files.ts";
import type { ComposeDir } from "./tree-walk.ts";

/** The files that make one Compose project, in the order in which they are laid over each other. */
export interface ProjectFiles {
  /** Absolute: where relative paths of the files start. */
  readonly dir: string;
  /** Absolute; never empty. */
  readonly files: readonly [string, ...string[]];
  /** Absolute: directories whose `.env` counts, strongest first. */
  readonly envDirs: readonly string[];
  /** What `dockfra.yaml` switches on beside COMPOSE_PROFILES. */
  readonly profiles?: readonly string[] | undefined;
}

/** What `dockfra.yaml` says of the project in one directory. */
export interface ProjectSettings {
  /** Relative to the root; absolute inside of discovery. */
  readonly dir: string;
  /** As `-f`, relative to the directory. */
  readonly files?: readonly string[] | undefined;
  readonly profiles?: readonly string[] | undefined;
}

/** What has a say in which files are taken. */
export interface FileChoice {
  /** A real path; nothing outside of it is read. */
  readonly root: string;
  readonly environment: ComposeEnvironment;
  readonly settings: readonly ProjectSettings[];
  /** Where a directory of an exported tree is at ROOT: its `.env` counts where the tree carries none. */
  readonly ownDir?: string;
}

// in Compose's order of preference
const mainNames = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"] as const;
const overrideNames = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
] as const;

/**
 * Groups a directory's files into projects: the one that is meant there, and one more for each further main file,
 * as `docker compose -f FILE` reads it. Meant are the files of `dockfra.yaml`, else for production those beside the
 * plain one, else COMPOSE_FILE of the directory's `.env`, else what plain `docker compose` takes, with its override.
 */
export function projectsIn(found: ComposeDir, choice: FileChoice): readonly ProjectFiles[] {
  const { dir } = found;
  const settings = choice.settings.filter((one) => one.dir === dir);
  const named = settings.filter(({ files }) => files !== undefined).map((one) => toProject(dir, one));
  const profiles = settings.find(({ files }) => files === undefined)?.profiles;
  const meant = named.length > 0 ? named : meantIn(found, choice).map((one) => ({ ...one, profiles }));
  const taken = new Set(meant.flatMap(({ files }) => files));
  const others = mainsOf(found)
    .slice(named.length > 0 ? 0 : 1)
    .filter((file) => !taken.has(file))
    .map((file): ProjectFiles => ({ dir, files: [file], envDirs: [dir] }));
  // where dockfra.yaml says which files count, the plain ones are parts of them
  return named.length > 0 ? meant : [...meant, ...others];
}

function toProject(dir: string, { files = [], profiles }: ProjectSettings): ProjectFiles {
  return ofFiles(
    dir,
    files.map((file) => resolve(dir, file)),
    profiles,
  );
}

function meantIn(found: ComposeDir, choice: FileChoice): readonly ProjectFiles[] {
  const { dir, files } = found;
  if (choice.environment === "production") {
    const chosen = productionFiles(choice.root, found, mainsOf(found)[0]);
    if (chosen.length > 0) return [ofFiles(dir, chosen)];
  }
  const listed = files.includes(".env") ? fileListOf(choice.root, dir) : ownFileList(choice.ownDir, dir);
  if (listed !== undefined) return [ofFiles(dir, listed)];
  const [main] = mainsOf(found);
  if (main === undefined) return [];
  const override = overrideNames.find((name) => files.includes(name));
  return [ofFiles(dir, override === undefined ? [main] : [main, join(dir, override)])];
}

function ownFileList(ownDir: string | undefined, dir: string): readonly string[] | undefined {
  return ownDir === undefined ? undefined : fileListOf(realpathSync(ownDir), ownDir, dir);
}

function ofFiles(workDir: string, files: readonly string[], profiles?: readonly string[]): ProjectFiles {
  const [first = workDir, ...rest] = files;
  const dir = dirname(first);
  return {
    dir,
    files: [first, ...rest],
    envDirs: dir === workDir || !existsSync(dir) ? [workDir] : [workDir, dir],
    ...(profiles === undefined ? {} : { profiles }),
  };
}

function mainsOf({ dir, files }: ComposeDir): readonly string[] {
  return mainNames.filter((name) => files.includes(name)).map((name) => join(dir, name));
}
