import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import { invalidInput } from "../../bus/kernel/errors.ts";
import { stateDirOf } from "../place/root.ts";
import { findRepos } from "../host/repos.ts";
import { discoverStacks } from "../../stacks/discover/discover.ts";
import { readProjectFile } from "../../stacks/project-file/project-file.ts";
import { initRepository } from "../project/git-init.ts";

export interface ProjectCheckOptions {
  /** Make a repository where the project has none. */
  readonly gitInit: boolean;
  readonly note: (text: string) => void;
}

/**
 * Says before the start what tickets will miss in this project; only an empty directory keeps the crew from starting.
 * @throws `root_empty`, `project_file_invalid`
 */
export async function checkProject(root: string, { gitInit, note }: ProjectCheckOptions): Promise<void> {
  await refuseEmpty(root);
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

async function refuseEmpty(root: string): Promise<void> {
  const own = basename(stateDirOf(root));
  if ((await readdir(root)).some((name) => name !== own)) return;
  throw invalidInput(
    "root_empty",
    `${root} is empty, so there is nothing to work on. Put your project there, or name its directory with --root.`,
    { params: { root } },
  );
}
