import { isSecretName } from "../../stacks/variables/secrets.ts";

/** Keys of language models, by name. */
const modelKeys: readonly string[] = ["OPENROUTER_API_KEY", "OPENAI_API_KEY", "LLM_API_KEY"];

/** Which parts are given which secrets of the user's environment; no other part sees any. */
const receivers = {
  /** Who asks a model. */
  model: ["manager", "developer"],
  /** Who starts the user's stacks, whose variables may come from the environment. */
  stack: ["monitor"],
} as const satisfies Record<string, readonly string[]>;

/** The environment of a part: the user's own, without what would steer git or a part, and with its own secrets only. */
export function partEnvironment(part: string, from: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(from).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && isFor(part, entry[0]),
  );
  return { ...Object.fromEntries(kept), DOCKFRA_SUPERVISED: "1" };
}

function isFor(part: string, name: string): boolean {
  if (name.startsWith("GIT_") || name.startsWith("NODE_CHANNEL") || name === "DOCKFRA_ANNOUNCE") return false;
  if (modelKeys.includes(name)) return includes(receivers.model, part);
  return !isSecretName(name) || includes(receivers.stack, part);
}

function includes(parts: readonly string[], part: string): boolean {
  return parts.includes(part);
}
