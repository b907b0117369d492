import { realpathSync } from "node:fs";
import { dirname, sep } from "node:path";
import type { EngineStack } from "../../bus/messages/stack-service.ts";
import { isActive } from "../discover/compose-variables.ts";
import type { ProjectFiles } from "../discover/projects.ts";
import { readStack } from "../discover/stack.ts";
import type { StackReading } from "../discover/stack.ts";
import type { Lookup } from "../variables/templates.ts";
import { substitute } from "../variables/templates.ts";
import { isSecretName } from "../variables/secrets.ts";
import type { EngineProject } from "./list.ts";

const maxProjects = 100;
const maxServices = 200;

/** Whether a path is below a directory, by name or by where its links lead. */
export function isBelow(dir: string, path: string): boolean {
  const inside = (one: string, other: string): boolean => other === one || other.startsWith(one + sep);
  return inside(dir, path) || inside(realOf(dir), realOf(path));
}

/** Reads the files of projects that run on this machine's engine from outside of a root; Dockfra's own are left out. */
export function readElsewhere(root: string, projects: readonly EngineProject[]): EngineStack[] {
  return projects
    .filter((project) => !project.isOwn && !isFromRoot(root, project))
    .slice(0, maxProjects)
    .map(readEngineStack);
}

/** Whether a project's files are below a root. */
export function isFromRoot(root: string, { dir, files }: EngineProject): boolean {
  return [dir, ...files].some((path) => path !== "" && isBelow(root, path));
}

/** Reads one project where its labels say that it is; files that are gone are told, and the rest is as the labels say. */
export function readEngineStack(project: EngineProject): EngineStack {
  const reading = readFiles(project);
  const stack = reading?.stack;
  const lookup: Lookup = (name) => (isSecretName(name) ? undefined : reading?.values.get(name));
  const fill = (text: string): string => {
    const filled = substitute(text, lookup);
    return filled.ok ? filled.text : text;
  };
  const missing = stack?.variables.filter(
    ({ name, required }) => required && (reading?.values.get(name) ?? "") === "",
  );
  return {
    name: project.name,
    dir: project.dir,
    files: [...project.files],
    services:
      stack?.services
        .slice(0, maxServices)
        .map(({ name, image, build, ports = [], profiles = [], dependsOn = [] }) => ({
          name,
          ...(image === undefined ? {} : { image: fill(image) }),
          builds: build !== undefined,
          ports: ports.map(fill),
          ...(isActive(profiles, stack.profiles) && profiles.length === 0 ? {} : { profiles: [...profiles] }),
          ...(dependsOn.length === 0 ? {} : { dependsOn: [...dependsOn] }),
        })) ?? servicesByLabels(project),
    variables: stack?.variables.map(({ name }) => name) ?? [],
    missing: missing?.map(({ name }) => name) ?? [],
    profiles: [...(stack?.profiles ?? [])],
    problems: problemsOf(project, reading),
  };
}

/** What is known of services whose files cannot be read. */
function servicesByLabels({ containers }: EngineProject): EngineStack["services"] {
  const services = new Map(
    containers.map(({ service, image, ports }) => [
      service,
      { name: service, image, builds: false, ports: [...ports] },
    ]),
  );
  return [...services.values()].slice(0, maxServices);
}

function readFiles(project: EngineProject): StackReading | undefined {
  // the labels are a container's word: nothing but Compose files is opened for them
  const files = project.files.filter((file) => /\.ya?ml$/i.test(file));
  const [first, ...rest] = files;
  if (first === undefined || files.length < project.files.length) return undefined;
  const dir = project.dir === "" ? dirname(first) : project.dir;
  const root = commonDir([dir, ...files.map((file) => dirname(file))]);
  if (root === sep) return undefined;
  const found: ProjectFiles = {
    dir: realOf(dir),
    files: [realOf(first), ...rest.map(realOf)],
    envDirs: [realOf(dir)],
  };
  return readStack(realOf(root), found, { COMPOSE_PROJECT_NAME: project.name });
}

function problemsOf(project: EngineProject, reading: StackReading | undefined): EngineStack["problems"] {
  if (reading === undefined)
    return [
      {
        file: project.files[0] ?? project.dir,
        line: 1,
        column: 1,
        message: "No Compose file that can be read is named by the labels.",
      },
    ];
  return reading.problems
    .slice(0, 20)
    .map(({ file, line, column, message }) => ({ file, line, column, message: message.slice(0, 1_000) }));
}

function commonDir(dirs: readonly string[]): string {
  const [first = sep, ...others] = dirs;
  let common = first;
  while (common !== sep && !others.every((dir) => dir === common || dir.startsWith(common + sep)))
    common = dirname(common);
  return common;
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // what is gone has no other name
    return path;
  }
}
