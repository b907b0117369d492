import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../../agents/git/fixed-config.ts";
import { runDocker } from "../../stacks/targets/compose/docker-cli.ts";
import { quoteEnvValue } from "../../stacks/env-file/quoting.ts";
import { dockerFailed } from "./own-objects.ts";

const blueprints = join(import.meta.dirname, "..", "..", "stacks", "blueprints");

/** Stacks of Dockfra's own. */
export const ownStacks = ["management", "app", "devices"] as const;
export type OwnStack = (typeof ownStacks)[number];

export interface BlueprintOptions {
  readonly stack: OwnStack;
  readonly prefix: string;
  readonly stateDir: string;
  readonly profiles?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Where the variables of the blueprints are. */
export function composeEnvPath(stateDir: string): string {
  return join(stateDir, "roles", "compose.env");
}

/** Writes the variables of the blueprints; none of them is a secret. */
export async function writeComposeEnv(
  stateDir: string,
  values: Readonly<Record<string, string | number>>,
): Promise<void> {
  await mkdir(join(stateDir, "roles"), { recursive: true, mode: 0o700 });
  const lines = Object.entries(values).map(
    ([name, value]) => `${name}=${quoteEnvValue(name, String(value))}\n`,
  );
  await replaceFile(composeEnvPath(stateDir), lines.join(""));
}

/** Starts one of Dockfra's own stacks, whose images are there. @throws `docker_failed`, `engine_disk_full` */
export async function startBlueprint(options: BlueprintOptions): Promise<void> {
  await compose(options, ["up", "--detach", "--no-build", "--pull", "missing", "--quiet-pull"]);
}

async function compose(options: BlueprintOptions, words: readonly string[]): Promise<void> {
  const { stack, prefix, stateDir, profiles = [], signal } = options;
  const args = [
    ...["compose", "--env-file", composeEnvPath(stateDir), "--project-name", `${prefix}-${stack}`],
    ...["--file", join(blueprints, stack, "docker-compose.yml"), "--progress", "plain"],
    ...profiles.flatMap((profile) => ["--profile", profile]),
    ...words,
  ];
  const run = await runDocker(args, { timeoutMs: 300_000, ...(signal ? { signal } : {}) });
  if (run.exitCode !== 0) throw dockerFailed(["compose", `${words[0] ?? ""} (${stack})`], run);
}
