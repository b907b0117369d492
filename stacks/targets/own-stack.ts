import { realpathSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { toProjectName } from "../discover/project-name.ts";
import { readStack, type Environment } from "../discover/stack.ts";
import { chooseStackFiles, type FileSayings } from "../discover/stack-files.ts";
import { readEnvText } from "../env-file/values.ts";
import { declaredVariables, environmentSayings } from "../project-file/project-reading.ts";
import type { ProjectFile, StackDeploy } from "../project-file/project-schema.ts";
import { deploySettings } from "../project-file/stack-settings.ts";
import type { LayerInput, StackVariables } from "../variables/layer-input.ts";
import { layerVariables } from "../variables/layers.ts";
import { readIfThere } from "./durable-file.ts";

/** What of `dockfra.yaml` has a say in where and how stacks run. */
export type Sayings = Pick<ProjectFile, "deploy"> & Partial<Pick<ProjectFile, "stacks" | "env">>;

/** How a stack stands at ROOT. */
export interface OwnStack {
  /** As Compose calls it. */
  readonly project: string;
  readonly sayings: FileSayings;
  /** Profiles that are on. */
  readonly profiles: readonly string[];
  /** Its `.env` files, absolute, weakest first. */
  readonly envFiles: readonly string[];
  /** Values that are stronger than those of the env files: of `dockfra.yaml` and of the environment, as far as it uses them. */
  readonly values: Readonly<Record<string, string>>;
}

/** Reads how a stack stands at ROOT, in the files that discovery and a launch take. */
export function readOwnStack(
  { stacks = {}, env = {} }: Sayings,
  deploy: Pick<StackDeploy, "dir" | "files" | "project">,
  { root, stateDir }: { readonly root: string; readonly stateDir: string },
  environment: Environment = process.env,
): OwnStack {
  const envFile = readOwnEnv(stateDir);
  const said = environmentSayings(envFile, environment);
  const sayings = { environment: said.composeEnvironment, settings: deploySettings(stacks, deploy) };
  const ownDir = resolve(root, deploy.dir);
  const chosen = chooseStackFiles({ tree: root, dir: deploy.dir, sayings });
  const reading = chosen && readStack(realpathSync(root), chosen, said.environment);
  const stack = reading?.stack;
  const layers = { declared: declaredVariables({ env }), envFile, environment };
  return {
    project: deploy.project ?? stack?.name ?? (toProjectName(basename(ownDir)) || "stack"),
    sayings,
    profiles: stack?.profiles ?? sayings.settings[0]?.profiles ?? [],
    values: stack ? strongValues({ ...stack, values: reading.values }, layers) : {},
    envFiles: (chosen?.envDirs ?? [ownDir]).toReversed().map((dir) => join(dir, ".env")),
  };
}

function strongValues(stack: StackVariables, layers: Omit<LayerInput, "stacks">): Record<string, string> {
  const used = new Set([...stack.variables.map(({ name }) => name), ...(stack.inherited ?? [])]);
  return Object.fromEntries(
    layerVariables({ ...layers, stacks: [stack] })
      .filter(({ name, source }) => used.has(name) && (source === "project_file" || source === "environment"))
      .flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])),
  );
}

/** What is wrong with that file is said where the project is read. */
function readOwnEnv(stateDir: string): ReadonlyMap<string, string> {
  const read = readEnvText(readIfThere(join(stateDir, ".env")) ?? "");
  return read.ok ? read.values : new Map<string, string>();
}
