import { join } from "node:path";
import { toErrorInfo, type ErrorInfo } from "../../../bus/kernel/errors.ts";
import { discoverStacks, type Discovery } from "../../../stacks/discover/discover.ts";
import { readEnvFile } from "../../../stacks/env-file/env-file.ts";
import { readProjectFile } from "../../../stacks/project-file/project-file.ts";
import { ProjectFile } from "../../../stacks/project-file/project-schema.ts";
import {
  layerVariables,
  type DeclaredVariable,
  type LayeredVariable,
} from "../../../stacks/variables/layers.ts";
import type { llmVariables } from "../../llm/endpoint.ts";

/** What is at ROOT, read just now; what is wrong in one file does not hide the rest. */
export interface ProjectReading extends Discovery {
  readonly project: ProjectFile;
  /** With the values; those of secrets must not leave the monitor. */
  readonly variables: readonly LayeredVariable[];
  /** Why `dockfra.yaml` or `dockfra/.env` was left out. */
  readonly refused: readonly ErrorInfo[];
}

/** Where the crew's own variables are said. */
export function envPathOf(stateDir: string): string {
  return join(stateDir, ".env");
}

/** What the crew itself takes from the env file; no project has to declare it. */
const ownVariables: Readonly<Record<(typeof llmVariables)[number], DeclaredVariable>> = {
  OPENROUTER_API_KEY: { label: "API key of the model", group: "AI", type: "password" },
  LLM_BASE_URL: {
    label: "Address of the model",
    group: "AI",
    type: "url",
    placeholder: "https://openrouter.ai/api/v1",
  },
  LLM_MODEL: { label: "Name of the model", group: "AI", type: "text" },
};

/** Reads ROOT. @throws `root_missing`, `root_not_directory`, `root_unreadable` */
export async function readProjectAtRoot(root: string, stateDir: string): Promise<ProjectReading> {
  const refused: ErrorInfo[] = [];
  const orElse =
    <T>(instead: T) =>
    (error: unknown): T => {
      refused.push(toErrorInfo(error));
      return instead;
    };
  const [discovery, file, envFile] = await Promise.all([
    discoverStacks(root),
    readProjectFile(root).catch(orElse(undefined)),
    readEnvFile(envPathOf(stateDir)).catch(orElse<ReadonlyMap<string, string>>(new Map())),
  ]);
  const project = file ?? ProjectFile.parse({});
  const variables = layerVariables({
    stacks: discovery.stacks,
    declared: { ...declaredBy(project), ...ownVariables },
    envFile,
    environment: process.env,
  });
  return { ...discovery, project, variables, refused };
}

function declaredBy({ env }: ProjectFile): Record<string, DeclaredVariable> {
  return Object.fromEntries(
    Object.entries(env).map(([name, { default: value, ...rest }]) => [
      name,
      { ...rest, ...(value === undefined ? {} : { default: String(value) }) },
    ]),
  );
}
