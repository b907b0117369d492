import { join } from "node:path";
import type { ComposeDir } from "./tree-walk.ts";

/** The files that make one Compose project, in the order in which they are laid over each other. */
export interface ProjectFiles {
  /** Absolute. */
  readonly dir: string;
  /** Absolute; never empty. */
  readonly files: readonly [string, ...string[]];
}

// in Compose's order of preference
const mainNames = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"] as const;
const overrideNames = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
] as const;

/**
 * Groups a directory's files into projects: the one that plain `docker compose` would start there, with its
 * override, and one more for each further main file, as `docker compose -f FILE` reads it.
 */
export function projectsIn({ dir, files }: ComposeDir): readonly ProjectFiles[] {
  const override = overrideNames.find((name) => files.includes(name));
  return mainNames
    .filter((name) => files.includes(name))
    .map((name, index) => ({
      dir,
      files:
        index === 0 && override !== undefined ? [join(dir, name), join(dir, override)] : [join(dir, name)],
    }));
}
