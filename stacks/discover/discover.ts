import { realpath, stat } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { invalidInput, notFound, unavailable } from "../../bus/kernel/errors.ts";
import type { DockfraError } from "../../bus/kernel/errors.ts";
import type { Problem } from "./problems.ts";
import { projectsIn } from "./projects.ts";
import type { ProjectFiles } from "./projects.ts";
import { RootFiles } from "./source-files.ts";
import { readStack } from "./stack.ts";
import type { Environment, Stack, StackReading } from "./stack.ts";
import { findComposeDirs } from "./tree-walk.ts";

/** What is below a root. */
export interface Discovery {
  /** The real path. */
  readonly root: string;
  /** By directory, then main file. */
  readonly stacks: readonly Stack[];
  readonly problems: readonly Problem[];
}

export interface DiscoverOptions {
  /** Has a say in project names only (`COMPOSE_PROJECT_NAME`, `name: ${…}`). */
  readonly environment?: Environment;
  /** What earlier calls read and may be taken again; by default shared by all calls. */
  readonly cache?: StackCache;
}

/** Readings by project, each valid while the files that it came from keep their stamps. */
export class StackCache {
  readonly #readings = new Map<string, StackReading>();

  /** Gives the reading of a project, made anew where a file has changed. */
  read(root: string, project: ProjectFiles, environment: Environment): StackReading {
    const key = JSON.stringify([root, project.files, environment]);
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
// a pause now and then keeps the process answering while a large tree is read
const projectsPerTurn = 20;

/**
 * Finds the Compose projects below a root and reads what each needs. A project that Compose would refuse is a
 * problem and no stack; the others load.
 * @throws root_missing, root_not_directory, root_unreadable
 */
export async function discoverStacks(
  root: string,
  { environment = {}, cache = sharedCache }: DiscoverOptions = {},
): Promise<Discovery> {
  const realRoot = await openRoot(resolve(root));
  const walk = await findComposeDirs(realRoot);
  const stacks: Stack[] = [];
  const problems: Problem[] = walk.unreadable.map(({ dir, code }) => ({
    file: relative(realRoot, dir).split(sep).join("/"),
    line: 1,
    column: 1,
    code: "unreadable",
    message: `Cannot list ${dir}: ${code}.`,
  }));
  for (const [index, project] of walk.dirs.flatMap(projectsIn).entries()) {
    if (index % projectsPerTurn === 0) await setImmediate();
    const reading = cache.read(realRoot, project, environment);
    if (reading.stack !== undefined) stacks.push(reading.stack);
    problems.push(...reading.problems);
  }
  return { root: realRoot, stacks, problems };
}

async function openRoot(root: string): Promise<string> {
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
