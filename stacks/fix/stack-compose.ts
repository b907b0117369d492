import { composeWords } from "../launch/place.ts";
import { fixOverrideFiles } from "./override-file.ts";
import type { StackPlace } from "./plan.ts";

/** The beginning of every `docker compose` command about a stack: its files with what fixes changed, its values. */
export function composeArgs({ files, profiles = [], ...place }: StackPlace, stateDir: string): string[] {
  const all = [...files, ...fixOverrideFiles(stateDir, place.project)];
  return composeWords({ ...place, profiles, files: all }, "plain");
}
