import type { EngineStack } from "../../../bus/messages/stack-service.ts";
import type { Stack } from "../../../stacks/discover/stack.ts";
import { isActive } from "../../../stacks/discover/compose-variables.ts";
import { isFromRoot, readEngineStack } from "../../../stacks/engine-projects/elsewhere.ts";
import { runningState, type EngineProject } from "../../../stacks/engine-projects/list.ts";
import { selectTarget } from "../../../stacks/targets/select-target.ts";
import type { Target } from "../../../stacks/targets/target.ts";
import type { ProjectReading } from "./project-reading.ts";
import { deployNameOf } from "./deploy-name.ts";

/** What runs now. */
export interface Running {
  /** On the engine, Dockfra's own left out; empty where none answers. */
  readonly projects: readonly EngineProject[];
  /** Names of `dockfra.yaml` whose target says that it runs. */
  readonly deployed: ReadonlySet<string>;
  /** Stacks that run from outside of ROOT, or from files there that make no stack. */
  readonly elsewhere: readonly EngineStack[];
}

/** Nothing runs. */
export const nothingRuns: Running = { projects: [], deployed: new Set(), elsewhere: [] };

export interface RunningSources {
  readonly stateDir: string;
  /** Undefined where no engine answers. */
  readonly listProjects: () => Promise<readonly EngineProject[] | undefined>;
  /** Reads projects where they are, as only the host can; undefined where it does not answer. */
  readonly readElsewhere: () => Promise<readonly EngineStack[] | undefined>;
}

/** Finds what runs of a project, and beside it. */
export async function findRunning(reading: ProjectReading, sources: RunningSources): Promise<Running> {
  const { stateDir, listProjects, readElsewhere } = sources;
  const listed = await listProjects();
  const projects = (listed ?? []).filter(({ isOwn }) => !isOwn);
  const names = Object.keys(reading.project.deploy);
  const states = await Promise.all(
    names.map(async (name) => {
      try {
        const target = targetOf(reading, { stateDir, engine: listed !== undefined, name });
        return (await target.status()).running;
      } catch {
        // what cannot be asked does not run
        return false;
      }
    }),
  );
  return {
    projects,
    deployed: new Set(names.filter((_, index) => states[index])),
    elsewhere: await findElsewhere(reading, projects, readElsewhere),
  };
}

async function findElsewhere(
  reading: ProjectReading,
  projects: readonly EngineProject[],
  readElsewhere: RunningSources["readElsewhere"],
): Promise<readonly EngineStack[]> {
  const { root, stacks } = reading;
  const outside = projects.filter((project) => !isFromRoot(root, project));
  const known = new Set(stacks.map((stack) => projectOf(stack, reading, { projects })));
  // started with `-f` from files that are none of a stack's here
  const unknown = projects.filter(
    (project) => isFromRoot(root, project) && !known.has(project) && !isDeployed(reading, project),
  );
  const read = new Map(
    outside.length === 0 ? [] : (await readElsewhere())?.map((stack) => [stack.name, stack]),
  );
  return [
    ...outside.map((project) => read.get(project.name) ?? readEngineStack({ ...project, files: [] })),
    ...unknown.map(readEngineStack),
  ];
}

function isDeployed({ project: { deploy } }: ProjectReading, { name }: EngineProject): boolean {
  return Object.entries(deploy).some(([stack, { project = stack }]) => project === name);
}

/** The engine's project of a stack below ROOT: the one of its name, or of its main file. */
export function projectOf(
  stack: Stack,
  reading: ProjectReading,
  { projects }: Pick<Running, "projects">,
): EngineProject | undefined {
  const deployName = deployNameOf(stack, reading);
  const deployed = deployName === undefined ? undefined : reading.project.deploy[deployName]?.project;
  const fromRoot = projects.filter((project) => isFromRoot(reading.root, project));
  return (
    fromRoot.find(({ name }) => name === stack.name || name === (deployed ?? deployName)) ??
    fromRoot.find(({ files }) => files[0] === `${reading.root}/${stack.files[0] ?? ""}`)
  );
}

/** How much of a stack runs. */
export function runningOf(stack: Stack, reading: ProjectReading, running: Running): "all" | "some" | "none" {
  const project = projectOf(stack, reading, running);
  const active = stack.services.filter(({ profiles = [] }) => isActive(profiles, stack.profiles));
  if (project !== undefined) {
    return runningState(
      active.map(({ name }) => name),
      project.containers,
    );
  }
  const deployName = deployNameOf(stack, reading);
  return deployName !== undefined && running.deployed.has(deployName) ? "all" : "none";
}

/** Where a stack of `dockfra.yaml` runs. @throws `no_target`, `engine_unreachable` */
export function targetOf(
  { root, project }: ProjectReading,
  { stateDir, engine, name }: { readonly stateDir: string; readonly engine: boolean; readonly name: string },
): Target {
  return selectTarget(project, name, { root, stateDir, engineAvailable: engine }).target;
}
