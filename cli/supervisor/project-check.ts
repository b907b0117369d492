import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import { invalidInput } from "../../bus/kernel/errors.ts";
import { stateDirOf } from "../place/root.ts";
import { findRepos } from "../host/repos.ts";
import { discoverStacks, type Discovery } from "../../stacks/discover/discover.ts";
import { projectFileName, readProjectFile } from "../../stacks/project-file/project-file.ts";
import type { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import { refuseSameProject, type FoundProject } from "../containers/project-names.ts";
import { initRepository } from "../project/git-init.ts";

export interface ProjectCheckOptions {
  readonly prefix: string;
  /** Make a repository where the project has none. */
  readonly gitInit: boolean;
  readonly note: (text: string) => void;
}

/**
 * Says before the start what tickets will miss in this project; only an empty directory, or a name that is taken, keeps the crew from starting.
 * @throws `root_empty`, `project_file_invalid`, `prefix_is_project`
 */
export async function checkProject(
  root: string,
  { prefix, gitInit, note }: ProjectCheckOptions,
): Promise<void> {
  await refuseEmpty(root);
  const project = await readProjectFile(root);
  const [{ repos, problems }, discovery] = await Promise.all([findRepos(root), discoverStacks(root)]);
  refuseSameProject(prefix, projectsOf(discovery, project));
  const isEmpty = discovery.stacks.length === 0 && discovery.problems.length === 0 && project === undefined;
  if (isEmpty)
    note(
      `There is no Compose file and no dockfra.yaml at or below ${root}: tickets can change code here, but nothing is deployed.`,
    );
  for (const { file, line, column, message } of discovery.problems.slice(0, 5))
    note(`${file}:${line}:${column}: ${message}`);
  if (discovery.problems.length > 5)
    note(`${discovery.problems.length - 5} more problems; see them with: dockfra discover`);
  if (repos.length > 0) return;
  if (gitInit) {
    for (const line of await initRepository(root)) note(line);
    return;
  }
  for (const { file, message } of problems) note(file === "." ? message : `${file}: ${message}`);
}

/** The Compose projects of a root, by what says their names. */
function projectsOf({ stacks }: Discovery, project: ProjectFile | undefined): FoundProject[] {
  const told = Object.values(project?.deploy ?? {}).flatMap((deploy) => deploy.project ?? []);
  return [
    ...stacks.map(({ name, files }) => ({ name, at: files[0] ?? name })),
    ...told.map((name) => ({ name, at: projectFileName })),
  ];
}

/** Refuses a prefix whose names a project of this root has already. @throws `prefix_is_project`, `project_file_invalid` */
export async function refuseTakenPrefix(root: string, prefix: string): Promise<void> {
  const [project, discovery] = await Promise.all([readProjectFile(root), discoverStacks(root)]);
  refuseSameProject(prefix, projectsOf(discovery, project));
}

async function refuseEmpty(root: string): Promise<void> {
  const own = basename(stateDirOf(root));
  if ((await readdir(root)).some((name) => name !== own)) return;
  throw invalidInput(
    "root_empty",
    `${root} is empty, so there is nothing to work on. Put your project there, or name its directory with --root.`,
    { params: { root } },
  );
}
