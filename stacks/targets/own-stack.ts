import { realpathSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { toProjectName } from "../discover/project-name.ts";
import { readStack, type Environment } from "../discover/stack.ts";
import { chooseStackFiles, type FileSayings } from "../discover/stack-files.ts";
import { readEnvText } from "../env-file/values.ts";
import { environmentSayings } from "../project-file/project-reading.ts";
import type { ProjectFile, StackDeploy } from "../project-file/project-schema.ts";
import { deploySettings } from "../project-file/stack-settings.ts";
import { readIfThere } from "./durable-file.ts";

/** What of `dockfra.yaml` has a say in where and how stacks run. */
export type Sayings = Pick<ProjectFile, "deploy"> & Partial<Pick<ProjectFile, "stacks">>;

/** How a stack stands at ROOT. */
export interface OwnStack {
  /** As Compose calls it. */
  readonly project: string;
  readonly sayings: FileSayings;
  /** Profiles that are on. */
  readonly profiles: readonly string[];
  /** Its `.env` files, absolute, weakest first. */
  readonly envFiles: readonly string[];
}

/** Reads how a stack stands at ROOT, in the files that discovery and a launch take. */
export function readOwnStack(
  { stacks = {} }: Sayings,
  deploy: Pick<StackDeploy, "dir" | "files" | "project">,
  { root, stateDir }: { readonly root: string; readonly stateDir: string },
  environment: Environment = process.env,
): OwnStack {
  const said = environmentSayings(readOwnEnv(stateDir), environment);
  const sayings = { environment: said.composeEnvironment, settings: deploySettings(stacks, deploy) };
  const ownDir = resolve(root, deploy.dir);
  const chosen = chooseStackFiles({ tree: root, dir: deploy.dir, sayings });
  const stack = chosen && readStack(realpathSync(root), chosen, said.environment).stack;
  return {
    project: deploy.project ?? stack?.name ?? (toProjectName(basename(ownDir)) || "stack"),
    sayings,
    profiles: stack?.profiles ?? sayings.settings[0]?.profiles ?? [],
    envFiles: (chosen?.envDirs ?? [ownDir]).toReversed().map((dir) => join(dir, ".env")),
  };
}

/** What is wrong with that file is said where the project is read. */
function readOwnEnv(stateDir: string): ReadonlyMap<string, string> {
  const read = readEnvText(readIfThere(join(stateDir, ".env")) ?? "");
  return read.ok ? read.values : new Map<string, string>();
}
