import { existsSync } from "node:fs";
import { fixOverrideFiles } from "./override-file.ts";
import type { StackPlace } from "./plan.ts";

/** The beginning of every `docker compose` command about a stack: its files with what fixes changed, its values. */
export function composeArgs(
  { project, dir, files, envFiles, profiles = [] }: StackPlace,
  stateDir: string,
): string[] {
  const values = envFiles.filter((file) => existsSync(file)).flatMap((file) => ["--env-file", file]);
  return [
    ...["compose", "--ansi=never", "--progress=plain", "--project-name", project, "--project-directory", dir],
    ...[...files, ...fixOverrideFiles(stateDir, project)].flatMap((file) => ["--file", file]),
    // without one Compose would read a .env that is not among them
    ...(values.length > 0 ? values : ["--env-file", "/dev/null"]),
    ...profiles.flatMap((profile) => ["--profile", profile]),
  ];
}
