import { notFound } from "../../../bus/kernel/errors.ts";
import { tellNames } from "../../../bus/kernel/similar-names.ts";
import type { Stack } from "../../../stacks/discover/stack.ts";
import { deployNameOf } from "../stack-service/deploy-name.ts";
import type { ProjectReading } from "../stack-service/project-reading.ts";
import type { ProjectSource } from "../stack-service/project-source.ts";

/** How stacks are called, and what the engine calls them. */
export interface StackNames {
  readonly reading?: ProjectReading;
  /** The stack of a Compose project; a project that is no stack of ROOT goes by its own name. */
  stackOf(project: string): string;
  /** The Compose projects that a stack may run as, the most likely one first. */
  projectsOf(stack: string): string[];
}

/** Names without any knowledge of ROOT. */
export const engineNames: StackNames = { stackOf: (project) => project, projectsOf: (stack) => [stack] };

/** Derives the names from what is at ROOT. */
function toNames(reading: ProjectReading): StackNames {
  const byProject = new Map<string, string>();
  const byStack = new Map<string, Set<string>>();
  const add = (project: string, stack: string): void => {
    if (!byProject.has(project)) byProject.set(project, stack);
    byStack.set(stack, (byStack.get(stack) ?? new Set()).add(project));
  };
  for (const stack of reading.stacks) add(stack.name, stack.name);
  const stacks = new Map(reading.stacks.map((stack) => [deployNameOf(stack, reading), stack]));
  for (const [name, { project = name }] of Object.entries(reading.project.deploy)) {
    const stack: Stack | undefined = stacks.get(name);
    add(project, stack?.name ?? name);
    // the name of dockfra.yaml is understood too
    byStack.set(name, (byStack.get(name) ?? new Set()).add(project));
  }
  return {
    reading,
    stackOf: (project) => byProject.get(project) ?? project,
    projectsOf: (stack) => [...(byStack.get(stack) ?? []), stack].filter(isFirst),
  };
}

/**
 * Refuses a name that no stack has.
 * @param running names of what the engine has beside the stacks of ROOT
 * @throws `stack_unknown`
 */
export function requireStackName(
  { stacks, project, root }: ProjectReading,
  stack: string,
  running: Iterable<string>,
): void {
  const names = [...new Set([...stacks.map(({ name }) => name), ...Object.keys(project.deploy), ...running])];
  if (names.includes(stack)) return;
  const known = tellNames(stack, names);
  throw notFound("stack_unknown", `No stack "${stack}" below ${root}. There is: ${known}.`, {
    params: { stack, known, root },
  });
}

function isFirst<T>(value: T, index: number, all: readonly T[]): boolean {
  return all.indexOf(value) === index;
}

/** The names as they were last read; asked for again only after a time, as logs are read often. */
export interface NameSource {
  /** Names of now, or of seconds ago. @throws `root_missing`, `root_unreadable` where ROOT was never read */
  current(): Promise<StackNames>;
  /** What was read last. */
  readonly last: StackNames;
}

const freshMs = 3_000;

/** Makes the source of names over a project. */
export function createNameSource(source: Pick<ProjectSource, "read">): NameSource {
  let last = engineNames;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<StackNames> | undefined;
  async function read(): Promise<StackNames> {
    try {
      last = toNames(await source.read());
      readAtMs = performance.now();
    } catch (error) {
      if (last.reading === undefined) throw error;
    } finally {
      reading = undefined;
    }
    return last;
  }
  return {
    current: () => (performance.now() - readAtMs < freshMs ? Promise.resolve(last) : (reading ??= read())),
    get last() {
      return last;
    },
  };
}
