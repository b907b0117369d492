import { join } from "node:path";
import type { ProjectSettings } from "../discover/projects.ts";
import type { ProjectFile, StackDeploy } from "./project-schema.ts";

/** What `dockfra.yaml` says of files and profiles of stacks: under `stacks`, and the files that `deploy` names. */
export function stackSettings({ stacks, deploy }: Pick<ProjectFile, "stacks" | "deploy">): ProjectSettings[] {
  const settings = new Map<string, ProjectSettings>();
  const entries = [...Object.values(stacks), ...Object.values(deploy).filter(({ files }) => files)];
  for (const { dir, files, ...rest } of entries) {
    const key = JSON.stringify([dir, files]);
    const profiles = "profiles" in rest ? rest.profiles : undefined;
    if (!settings.has(key)) settings.set(key, { dir, files, profiles });
  }
  return [...settings.values()];
}

/** The same for one stack that is deployed: its own files, else those that `stacks` names for its directory. */
export function deploySettings(
  stacks: ProjectFile["stacks"],
  { dir, files }: Pick<StackDeploy, "dir" | "files">,
): ProjectSettings[] {
  const there = Object.values(stacks).filter((one) => join(".", one.dir) === join(".", dir));
  if (files === undefined) return there;
  const same = there.find((one) => one.files === undefined || one.files.join("\n") === files.join("\n"));
  return [{ dir, files, profiles: same?.profiles }];
}
