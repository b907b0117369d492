import { join } from "node:path";
import type { ErrorInfo } from "../../../bus/kernel/errors.ts";
import { render } from "../../../locales/render.ts";
import { discoverStacks, type Discovery } from "../../../stacks/discover/discover.ts";
import {
  declaredVariables,
  readSayings,
  type ProjectSayings,
} from "../../../stacks/project-file/project-reading.ts";
import type { ProjectFile } from "../../../stacks/project-file/project-schema.ts";
import { describeVariable } from "../../../stacks/variables/known-variables.ts";
import type { DeclaredVariable } from "../../../stacks/variables/layer-input.ts";
import { layerVariables, type LayeredVariable } from "../../../stacks/variables/layers.ts";
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
  const sayings = await readSayings(root, stateDir);
  return toReading(await discoverStacks(root, sayings.options), sayings);
}

/** Puts together what was found and what was said. */
export function toReading(
  discovery: Discovery,
  { project, envFile, refused }: ProjectSayings,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ProjectReading {
  const stacks = discovery.stacks.map((stack) => ({
    ...stack,
    values: discovery.values.get(stack.files[0] ?? "") ?? new Map<string, string>(),
  }));
  const declared = { ...declaredVariables(project), ...ownVariables };
  const layered = layerVariables({
    stacks,
    declared,
    envFile,
    environment,
    isUsedElsewhere: isCrewVariable,
  });
  const variables = layered.map((variable) => {
    const described = describeVariable(variable.name, variable.declared, (code) => render("en", code, {}));
    return {
      ...variable,
      secret: variable.secret || described.type === "password",
      ...(Object.keys(described).length === 0 ? {} : { declared: described }),
    };
  });
  return { ...discovery, project, variables, refused };
}

/** What the crew, the engine's own programs or Dockfra's blueprints read from the env file. */
function isCrewVariable(name: string): boolean {
  return (
    /^(?:DOCKFRA|WIZARD|COMPOSE|DOCKER|GIT|GITHUB|OPENROUTER|LLM|SSH)_/.test(name) ||
    /^(?:ENVIRONMENT|DESKTOP_PORT|(?:SSH|WEB|VNC)_RPI3_PORT)$/.test(name) ||
    Object.hasOwn(ownVariables, name)
  );
}
