import { join, resolve } from "node:path";
import { readEnvText } from "../env-file/values.ts";
import type { Lookup } from "../variables/templates.ts";
import { ComposeProblem } from "./problems.ts";
import { RootFiles } from "./source-files.ts";

/**
 * Reads which files the `.env` of a directory chooses with COMPOSE_FILE, absolute, from that directory or another of the same files;
 * undefined where it says nothing of it, or cannot be read.
 */
export function fileListOf(root: string, dir: string, base = dir): readonly string[] | undefined {
  try {
    const source = new RootFiles(root).readOptional(join(dir, ".env"));
    const read = source?.text.includes("COMPOSE_FILE") === true ? readEnvText(source.text) : undefined;
    if (read?.ok !== true) return undefined;
    const list = read.values.get("COMPOSE_FILE");
    if (list === undefined || list === "") return undefined;
    const separator = read.values.get("COMPOSE_PATH_SEPARATOR") ?? "";
    const paths = list.split(separator === "" ? ":" : separator).filter((path) => path !== "");
    return paths.length === 0 ? undefined : paths.map((path) => resolve(base, path));
  } catch (error) {
    if (!(error instanceof ComposeProblem)) throw error;
    // what is wrong with it is said when the project is read
    return undefined;
  }
}

/** Lists the profiles that are on: those of COMPOSE_PROFILES, and those that are named beside. */
export function activeProfiles(lookup: Lookup, named: readonly string[] = []): readonly string[] {
  const listed = (lookup("COMPOSE_PROFILES") ?? "").split(",").map((one) => one.trim());
  return [...new Set([...listed, ...named])].filter((one) => one !== "");
}

/** Whether a service with these profiles starts; `*` switches all on. */
export function isActive(profiles: readonly string[], active: readonly string[]): boolean {
  return profiles.length === 0 || active.includes("*") || profiles.some((one) => active.includes(one));
}
