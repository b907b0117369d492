import { isAbsolute, join, relative, sep } from "node:path";
import { projectFileName } from "../../stacks/project-file/project-file.ts";
import type { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import type { ReleaseRef, Target } from "../../stacks/targets/target.ts";
import { exportTree, readFileAt } from "../git/export.ts";
import { exchangeDir } from "../git/repositories.ts";
import type { AgentClient } from "../runtime/patient-client.ts";
import { readProject, type Facts, type RepoFact, type StackFact } from "../runtime/project.ts";

/** Makes the target of a stack, as the project's file says; `releaseDir` is a tree to look for its compose files in. */
export type TargetChoice = (project: ProjectFile, stack: StackFact, releaseDir?: string) => Promise<Target>;

/** What the monitor's handlers share. */
export interface MonitorServices {
  readonly client: AgentClient;
  readonly stateDir: string;
  readonly root: string;
  readonly instance: string;
  readonly chooseTarget: TargetChoice;
}

export interface ReleaseWish {
  readonly stack: StackFact;
  readonly repo: RepoFact;
  readonly commit: string;
  readonly releaseId: string;
}

/** Where the trees of a stack's releases are. */
export function releasesDir(stateDir: string, stack: string): string {
  return join(stateDir, "releases", stack);
}

/** Lays a commit's files out as a release of a stack, at the place below it that the repository has below ROOT; a tree that is there stays. */
export async function prepareRelease(
  services: MonitorServices,
  wish: ReleaseWish,
  signal: AbortSignal,
): Promise<ReleaseRef> {
  const { stack, repo, commit, releaseId } = wish;
  const dir = join(releasesDir(services.stateDir, stack.name), commit.slice(0, 12));
  await exportTree({ ...source(services, repo), commit, dir: join(dir, placeOf(services, repo)), signal });
  return { stack: stack.name, commit, dir, releaseId };
}

/** Reads the project's file for a deploy: the operator's, or the base commit's. @throws `project_file_invalid` */
export function readProjectAt(
  services: MonitorServices,
  facts: Facts,
  repo: RepoFact,
  baseCommit: string,
): Promise<ProjectFile> {
  return readProject(facts, () =>
    readFileAt({ ...source(services, repo), commit: baseCommit, path: projectFileName }),
  );
}

/** A stack's directory inside its release. */
export function stackDirIn(
  services: MonitorServices,
  release: ReleaseRef,
  repo: RepoFact,
  stack: StackFact,
): string {
  return join(release.dir, placeOf(services, repo), relative(repo.dir, stack.dir));
}

function placeOf({ root }: MonitorServices, repo: RepoFact): string {
  const place = relative(root, repo.dir);
  return place === ".." || place.startsWith(`..${sep}`) || isAbsolute(place) ? "" : place;
}

function source(
  { stateDir, instance }: MonitorServices,
  repo: RepoFact,
): { exchange: string; mirror: string } {
  return {
    exchange: exchangeDir(stateDir, repo.name),
    mirror: join(stateDir, "monitor", instance, `${repo.name}.git`),
  };
}
