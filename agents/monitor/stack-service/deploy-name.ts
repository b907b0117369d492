import { join } from "node:path";
import type { Stack } from "../../../stacks/discover/stack.ts";
import type { ProjectReading } from "./project-reading.ts";

/** The name under which `dockfra.yaml` deploys a stack, if it does. */
export function deployNameOf(stack: Stack, { root, project }: ProjectReading): string | undefined {
  const entries = Object.entries(project.deploy);
  const byName = entries.find(([name, entry]) => (entry.project ?? name) === stack.name);
  const byPlace = entries.find(([, entry]) => join(root, entry.dir) === join(root, stack.dir));
  return (byName ?? byPlace)?.[0];
}
