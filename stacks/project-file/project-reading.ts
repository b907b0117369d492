import { join } from "node:path";
import { DockfraError, toErrorInfo, type ErrorInfo } from "../../bus/kernel/errors.ts";
import type { ComposeEnvironment } from "../../bus/messages/stack-jobs.ts";
import type { Environment } from "../discover/stack.ts";
import { readEnvFile } from "../env-file/env-file.ts";
import { readProjectFile } from "./project-file.ts";
import { ProjectFile } from "./project-schema.ts";
import { stackSettings } from "./stack-settings.ts";
import type { DeclaredVariable } from "../variables/layer-input.ts";
import type { DiscoverOptions } from "../discover/discover.ts";

/** What people said of a project beside its Compose files. */
export interface ProjectSayings {
  readonly project: ProjectFile;
  /** `dockfra/.env`. */
  readonly envFile: ReadonlyMap<string, string>;
  /** Why `dockfra.yaml` or `dockfra/.env` was left out. */
  readonly refused: readonly ErrorInfo[];
  /** What they mean for discovery. */
  readonly options: Required<Pick<DiscoverOptions, "environment" | "composeEnvironment" | "settings">>;
}

/** Reads `dockfra.yaml` and `dockfra/.env`; what is wrong in one does not hide the other. */
export async function readSayings(
  root: string,
  stateDir: string,
  environment: Environment = process.env,
): Promise<ProjectSayings> {
  const refused: ErrorInfo[] = [];
  const orElse =
    <T>(instead: T) =>
    (error: unknown): T => {
      if (!(error instanceof DockfraError)) throw error;
      refused.push(toErrorInfo(error));
      return instead;
    };
  const [file, envFile] = await Promise.all([
    readProjectFile(root).catch(orElse(undefined)),
    readEnvFile(join(stateDir, ".env")).catch(orElse<ReadonlyMap<string, string>>(new Map())),
  ]);
  const project = file ?? ProjectFile.parse({});
  return {
    project,
    envFile,
    refused,
    options: { ...environmentSayings(envFile, environment), settings: stackSettings(project) },
  };
}

/** What the environment, and `dockfra/.env` after it, say of files and profiles. */
export function environmentSayings(
  envFile: ReadonlyMap<string, string>,
  environment: Environment,
): Omit<ProjectSayings["options"], "settings"> {
  const said = (name: string): string | undefined => environment[name] ?? envFile.get(name);
  const profiles = said("COMPOSE_PROFILES");
  return {
    // of all that may be set, this alone means the same in every directory
    environment: profiles === undefined ? {} : { COMPOSE_PROFILES: profiles },
    composeEnvironment: toComposeEnvironment(said("ENVIRONMENT")),
  };
}

/** Which files ENVIRONMENT asks for: `production` and `prod` for those of production, anything else the plain ones. */
export function toComposeEnvironment(value: string | undefined): ComposeEnvironment {
  return /^prod(?:uction)?$/i.test(value?.trim() ?? "") ? "production" : "local";
}

/** What `dockfra.yaml` says of variables. */
export function declaredVariables({ env }: Pick<ProjectFile, "env">): Record<string, DeclaredVariable> {
  return Object.fromEntries(
    Object.entries(env).map(([name, { default: value, ...rest }]) => [
      name,
      { ...rest, ...(value === undefined ? {} : { default: String(value) }) },
    ]),
  );
}
