import { chmod, rm } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { newId } from "../../bus/kernel/ids.ts";
import type { FetchPage } from "../../stacks/checks/page.ts";
import { projectFileName } from "../../stacks/project-file/project-file.ts";
import type { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import type { ReleaseRef, Target } from "../../stacks/targets/target.ts";
import { exportTree, readFileAt } from "../git/export.ts";
import { exchangeDir } from "../git/repositories.ts";
import { makeShared, type Sandbox } from "../container/sandbox.ts";
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
  /** Where checks that are commands run. */
  readonly sandbox: Sandbox;
  /** Gets pages of the running app; default: as this machine reaches it. */
  readonly fetchPage?: FetchPage;
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
  await exportTree({ ...sourceOf(services, repo), commit, dir: join(dir, placeOf(services, repo)), signal });
  return { stack: stack.name, commit, dir, releaseId };
}

/**
 * Lends a directory with a commit's files for checks that are commands: the release itself, or where the sandbox cannot
 * see that, a copy of its own that goes afterwards.
 */
export async function withCheckTree<T>(
  services: MonitorServices,
  { release, repo, stack }: { readonly release: ReleaseRef } & Pick<ReleaseWish, "repo" | "stack">,
  signal: AbortSignal,
  use: (cwd: string) => Promise<T>,
): Promise<T> {
  const { treesDir } = services.sandbox;
  if (treesDir === undefined) return use(stackDirIn(services, release, repo, stack));
  await services.sandbox.prepare();
  const place = join(treesDir, `check-${newId()}`);
  await makeShared(place, 0o2755);
  try {
    const dir = join(place, "tree");
    await exportTree({ ...sourceOf(services, repo), commit: release.commit, dir, signal });
    await chmod(dir, 0o2775);
    return await use(join(dir, relative(repo.dir, stack.dir)));
  } finally {
    await services.sandbox.empty(place);
    await rm(place, { recursive: true, force: true });
  }
}

/** Reads the project's file for a deploy: the operator's, or the base commit's. @throws `project_file_invalid` */
export function readProjectAt(
  services: MonitorServices,
  facts: Facts,
  repo: RepoFact,
  baseCommit: string,
): Promise<ProjectFile> {
  return readProject(facts, () =>
    readFileAt({ ...sourceOf(services, repo), commit: baseCommit, path: projectFileName }),
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

/** Where a repository is below ROOT, and its files in a release; empty for ROOT itself. */
export function placeOf({ root }: MonitorServices, repo: RepoFact): string {
  const place = relative(root, repo.dir);
  return place === ".." || place.startsWith(`..${sep}`) || isAbsolute(place) ? "" : place;
}

/** Where a repository's commits are read from, and the monitor's own copy of them. */
export function sourceOf(
  { stateDir, instance }: MonitorServices,
  repo: RepoFact,
): { exchange: string; mirror: string } {
  return {
    exchange: exchangeDir(stateDir, repo.name),
    mirror: join(stateDir, "monitor", instance, `${repo.name}.git`),
  };
}
