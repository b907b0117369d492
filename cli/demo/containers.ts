import { join } from "node:path";
import { loadComposeState } from "../../stacks/targets/compose/compose-state.ts";
import { ComposeProject } from "../../stacks/targets/compose/compose-project.ts";
import { stateDirOf } from "../place/root.ts";
import type { WorkFolder } from "./work-folder.ts";

/** Removes what a demo made on the engine: containers, networks and built images. */
export async function removeContainers(
  { dir, project }: Pick<WorkFolder, "dir" | "project">,
  stack: string,
): Promise<void> {
  const compose = new ComposeProject({ project, envFiles: [] });
  await compose.remove();
  const { kept } = loadComposeState(join(stateDirOf(dir), "targets", stack), project);
  for (const revision of kept) await compose.removeImages(revision);
}
