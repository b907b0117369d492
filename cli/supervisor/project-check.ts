import { findRepos } from "../host/repos.ts";
import { discoverStacks } from "../../stacks/discover/discover.ts";
import { readProjectFile } from "../../stacks/project-file/project-file.ts";
import { initRepository } from "../project/git-init.ts";

export interface ProjectCheckOptions {
  /** Make a repository where the project has none. */
  readonly gitInit: boolean;
  readonly note: (text: string) => void;
}

/** Says before the start what tickets will miss in this project; nothing of it keeps the crew from starting. @throws `project_file_invalid` */
export async function checkProject(root: string, { gitInit, note }: ProjectCheckOptions): Promise<void> {
  const project = await readProjectFile(root);
  const [{ repos, problems }, discovery] = await Promise.all([findRepos(root), discoverStacks(root)]);
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
