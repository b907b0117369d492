import { join, relative, sep } from "node:path";
import { readEnvText } from "../env-file/values.ts";
import type { Variable } from "../variables/variable.ts";
import { activeProfiles } from "./compose-variables.ts";
import { inconsistencies } from "./consistency.ts";
import { loadModel } from "./model.ts";
import { variablesOf } from "./model-variables.ts";
import { otherUses } from "./other-uses.ts";
import { projectName } from "./project-name.ts";
import type { ProjectFiles } from "./projects.ts";
import { ComposeProblem, toPosition } from "./problems.ts";
import type { Problem } from "./problems.ts";
import { servicesOf } from "./services.ts";
import type { StackService } from "./services.ts";
import { RootFiles } from "./source-files.ts";
import type { FileStamp } from "./source-files.ts";

/** A Compose project below the root. */
export interface Stack {
  /** As Compose names it; two directories may give the same. */
  readonly name: string;
  /** Relative to the root, with `/`; empty for the root itself. */
  readonly dir: string;
  /** Relative to the root, in the order in which they are laid over each other. */
  readonly files: readonly string[];
  /** The `.env` files that fill references in, relative to the root, strongest first. */
  readonly envFiles: readonly string[];
  /** Profiles that are on. */
  readonly profiles: readonly string[];
  readonly services: readonly StackService[];
  readonly variables: readonly Variable[];
  /** Names that it takes over without a reference, as `environment: [TZ]` does. */
  readonly inherited: readonly string[];
  /** Names that its `.env` files set and nothing uses. */
  readonly unused: readonly string[];
}

/** What reading one project gave; no stack where Compose would refuse the project. */
export interface StackReading {
  readonly stack: Stack | undefined;
  readonly problems: readonly Problem[];
  /** What its `.env` files set; secrets may be among it. */
  readonly values: ReadonlyMap<string, string>;
  /** All files that had a say, absent ones too. */
  readonly stamps: ReadonlyMap<string, FileStamp>;
}

/** The values of the environment that have a say in a project's name and profiles. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads one project. Never throws for what is in the files.
 * @param root a real path
 */
export function readStack(
  root: string,
  { dir, files, envDirs, profiles: named }: ProjectFiles,
  environment: Environment,
): StackReading {
  const sources = new RootFiles(root);
  const toRelative = (path: string): string => relative(root, path).split(sep).join("/");
  const problems: Problem[] = [];
  const report = (problem: ComposeProblem): void => {
    problems.push(toProblem(problem, files[0], toRelative));
  };
  let stack: Stack | undefined;
  let values: ReadonlyMap<string, string> = new Map();
  try {
    const context = {
      read: (path: string, from?: ComposeProblem["origin"]) => sources.read(path, from),
      report,
    };
    const model = loadModel(files, dir, context);
    values = readEnvFiles(sources, envDirs, environment, report);
    const lookup = (name: string): string | undefined => own(environment, name) ?? values.get(name);
    const profiles = activeProfiles(lookup, named);
    for (const problem of inconsistencies(model, profiles)) report(problem);
    const variables = variablesOf(model, toRelative);
    const others = otherUses(model, dir);
    const handedOver = envDirs.some((one) => others.files.has(join(one, ".env")));
    const used = new Set([...variables.map(({ name }) => name), ...others.names]);
    stack = {
      name: projectName(model, dir, lookup, model.origin),
      dir: toRelative(dir),
      files: files.map(toRelative),
      envFiles: envDirs
        .map((one) => join(one, ".env"))
        .filter((path) => sources.has(path))
        .map(toRelative),
      profiles,
      services: servicesOf(model),
      variables,
      inherited: [...others.names].toSorted(),
      unused: handedOver ? [] : [...values.keys()].filter((name) => !used.has(name) && !isComposeOwn(name)),
    };
  } catch (error) {
    if (!(error instanceof ComposeProblem)) throw error;
    report(error);
  }
  return { stack, problems, values, stamps: sources.stamps };
}

/** What Compose and the docker command themselves take from a `.env`. */
function isComposeOwn(name: string): boolean {
  return /^(?:COMPOSE|DOCKER|BUILDKIT)_/.test(name);
}

function own(environment: Environment, name: string): string | undefined {
  return Object.hasOwn(environment, name) ? environment[name] : undefined;
}

/** Reads the `.env` files of some directories, strongest first; what one sets the others may refer to. */
function readEnvFiles(
  sources: RootFiles,
  dirs: readonly string[],
  environment: Environment,
  report: (problem: ComposeProblem) => void,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const dir of dirs) {
    const lookup = (name: string): string | undefined => own(environment, name) ?? values.get(name);
    for (const [name, value] of readEnvFile(sources, join(dir, ".env"), lookup, report))
      if (!values.has(name)) values.set(name, value);
  }
  return values;
}

function readEnvFile(
  sources: RootFiles,
  path: string,
  lookup: (name: string) => string | undefined,
  report: (problem: ComposeProblem) => void,
): ReadonlyMap<string, string> {
  try {
    const source = sources.readOptional(path);
    if (source === undefined) return new Map();
    const read = readEnvText(source.text, lookup);
    if (read.ok) return read.values;
    const start = source.text.split("\n", read.line - 1).join("\n").length;
    const message = `Failed to read ${path}: line ${read.line}: ${read.message}`;
    const at = read.line === 1 ? 0 : start + 1;
    report(new ComposeProblem("env_file_invalid", message, { source, start: at, end: at }));
  } catch (error) {
    if (!(error instanceof ComposeProblem)) throw error;
    report(error);
  }
  return new Map();
}

function toProblem(problem: ComposeProblem, fallback: string, toRelative: (path: string) => string): Problem {
  const { code, message, origin } = problem;
  const position = origin === undefined ? { line: 1, column: 1 } : toPosition(origin.source, origin.start);
  return { file: toRelative(origin?.source.path ?? fallback), ...position, code, message };
}
