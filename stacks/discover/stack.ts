import { join, relative, sep } from "node:path";
import { readEnvText } from "../env-file/values.ts";
import type { Variable } from "../variables/variable.ts";
import { inconsistencies } from "./consistency.ts";
import { loadModel } from "./model.ts";
import { variablesOf } from "./model-variables.ts";
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
  /** Relative to the root, main file first, then its override. */
  readonly files: readonly string[];
  readonly services: readonly StackService[];
  readonly variables: readonly Variable[];
}

/** What reading one project gave; no stack where Compose would refuse the project. */
export interface StackReading {
  readonly stack: Stack | undefined;
  readonly problems: readonly Problem[];
  /** All files that had a say, absent ones too. */
  readonly stamps: ReadonlyMap<string, FileStamp>;
}

/** The values of the process's environment that have a say in a project's name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads one project. Never throws for what is in the files.
 * @param root a real path
 */
export function readStack(
  root: string,
  { dir, files }: ProjectFiles,
  environment: Environment,
): StackReading {
  const sources = new RootFiles(root);
  const toRelative = (path: string): string => relative(root, path).split(sep).join("/");
  const problems: Problem[] = [];
  const report = (problem: ComposeProblem): void => {
    problems.push(toProblem(problem, files[0], toRelative));
  };
  let stack: Stack | undefined;
  try {
    const context = {
      read: (path: string, from?: ComposeProblem["origin"]) => sources.read(path, from),
      report,
    };
    const model = loadModel(files, dir, context);
    for (const problem of inconsistencies(model)) report(problem);
    const lookup = readDotEnv(sources, join(dir, ".env"), environment, report);
    stack = {
      name: projectName(model, dir, lookup, model.origin),
      dir: toRelative(dir),
      files: files.map(toRelative),
      services: servicesOf(model),
      variables: variablesOf(model, toRelative),
    };
  } catch (error) {
    if (!(error instanceof ComposeProblem)) throw error;
    report(error);
  }
  return { stack, problems, stamps: sources.stamps };
}

function readDotEnv(
  sources: RootFiles,
  path: string,
  environment: Environment,
  report: (problem: ComposeProblem) => void,
): (name: string) => string | undefined {
  const fromProcess = (name: string): string | undefined =>
    Object.hasOwn(environment, name) ? environment[name] : undefined;
  try {
    const source = sources.readOptional(path);
    const values = source === undefined ? undefined : readEnvText(source.text, fromProcess);
    if (source !== undefined && values?.ok === false) {
      const start = source.text.split("\n", values.line - 1).join("\n").length;
      const message = `Failed to read ${path}: line ${values.line}: ${values.message}`;
      const at = values.line === 1 ? 0 : start + 1;
      report(new ComposeProblem("env_file_invalid", message, { source, start: at, end: at }));
    }
    return (name) => fromProcess(name) ?? (values?.ok === true ? values.values.get(name) : undefined);
  } catch (error) {
    if (!(error instanceof ComposeProblem)) throw error;
    report(error);
    return fromProcess;
  }
}

function toProblem(problem: ComposeProblem, fallback: string, toRelative: (path: string) => string): Problem {
  const { code, message, origin } = problem;
  const position = origin === undefined ? { line: 1, column: 1 } : toPosition(origin.source, origin.start);
  return { file: toRelative(origin?.source.path ?? fallback), ...position, code, message };
}
