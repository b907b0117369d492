import { relative, sep } from "node:path";
import type { EngineProject } from "../../../stacks/engine-projects/list.ts";
import type { LaunchPlace } from "../../../stacks/launch/place.ts";
import type { PreflightFinding } from "../../../stacks/preflight/finding.ts";

/** Names stacks that a person started with other files (`-f`) than the ones that count for a launch. */
export function findOtherFiles(
  places: readonly LaunchPlace[],
  projects: readonly EngineProject[],
  stateDir: string,
): PreflightFinding[] {
  const isOurs = (file: string): boolean => file.startsWith(stateDir + sep);
  return places.flatMap(({ stack, project, dir, files }) => {
    const found = projects.find(({ name }) => name === project);
    const isRunning = found?.containers.some(({ state }) => state === "running") === true;
    // releases and launches of our own have generated files
    if (!isRunning || found.files.length === 0 || found.files.some(isOurs)) return [];
    const chosen = files.filter((file) => !isOurs(file));
    if (found.files.join("\n") === chosen.join("\n")) return [];
    const named = (paths: readonly string[]): string => paths.map((path) => relative(dir, path)).join(", ");
    const params = { stack, running: named(found.files), chosen: named(chosen) };
    return [{ code: "started_with_other_files", severity: "warning", stack, params }];
  });
}
