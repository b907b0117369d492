import type { ProjectSettings } from "../discover/projects.ts";
import type { ProjectFile } from "./project-schema.ts";

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
