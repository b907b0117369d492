import { chown, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { llmVariables } from "../../agents/llm/endpoint.ts";
import { newId } from "../../bus/kernel/ids.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import type { Role } from "../../bus/messages/principals.ts";
import { readEnvFile } from "../../stacks/env-file/env-file.ts";
import { quoteEnvValue } from "../../stacks/env-file/quoting.ts";

/** The roles that ask a model. */
const receivers = ["manager", "developer"] as const satisfies readonly Role[];
const lookMs = 1_000;

export interface ModelKeysOptions {
  readonly stateDir: string;
  /** What counts before `<state>/.env`. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Hands the keys of models to the roles in containers that ask one, as files; one that has not changed is not written. */
export async function writeModelKeys({ stateDir, env = process.env }: ModelKeysOptions): Promise<void> {
  const file = await readEnvFile(join(stateDir, ".env"));
  const lines = llmVariables.flatMap((name) => {
    const value = env[name] || file.get(name);
    return value ? [`${name}=${quoteEnvValue(name, value)}\n`] : [];
  });
  for (const role of receivers) await hand(join(stateDir, "roles", role), lines.join(""));
}

async function hand(dir: string, text: string): Promise<void> {
  const owner = await stat(dir).catch(() => undefined);
  // the role has no container yet
  if (!owner) return;
  const path = join(dir, "model.env");
  const before = await readFile(path, "utf8").catch(() => undefined);
  if (before === text) return;
  const draft = `${path}.${newId()}`;
  try {
    await writeFile(draft, text, { flag: "wx", mode: 0o600 });
    // it must be the role's before it is there
    if (process.getuid?.() === 0) await chown(draft, owner.uid, owner.gid);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Goes on handing them over as they change, until the signal, as long as the roles have containers. */
export async function keepModelKeys(
  options: ModelKeysOptions & {
    readonly inContainers: () => boolean;
    readonly log: Logger;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { inContainers, log, signal } = options;
  let told: string | undefined;
  while (!signal.aborted) {
    try {
      if (inContainers()) await writeModelKeys(options);
      told = undefined;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== told) log.warn({ err: error }, "keys of models could not be handed to the roles");
      told = why;
    }
    await sleep(lookMs, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
