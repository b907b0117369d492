import type { ErrorParams } from "../../../bus/kernel/errors.ts";
import type { IntentClient } from "../../../bus/ports/intents.ts";
import { createLlm, type Llm, type LlmOptions } from "../../../agents/llm/llm.ts";
import type { Progress } from "../../../agents/runtime/handlers.ts";
import type { FakeLlm } from "./server.ts";

/** One entry that a handler told on the feed. */
export interface Told {
  readonly atMs: number;
  readonly code: string;
  readonly params: ErrorParams;
  readonly text: string | undefined;
}

/** Records what is told. */
export function recordProgress(): { readonly told: Told[]; readonly progress: Progress; codes(): string[] } {
  const told: Told[] = [];
  return {
    told,
    progress: (code, params = {}, text) => void told.push({ atMs: performance.now(), code, params, text }),
    codes: () => told.map(({ code }) => code),
  };
}

/** A client of which only settings can be asked. */
export function settingsClient(settings: Readonly<Record<string, string>> = {}): IntentClient {
  return {
    principal: "developer",
    ask: async (verb, input) => {
      if (verb !== "settings.get") throw new Error(`${verb} was asked`);
      const { key } = input as { key: string };
      return (key in settings ? { key, value: settings[key] } : { key }) as never;
    },
  };
}

/** A key that must be seen at no sink but the endpoint's `Authorization` header. */
export const canaryKey = "sk-or-v1-canary-7c1d0b9e55aa42f3/+==";

/** A role's model behind the fake, quick to try again. */
export function fakeRoleLlm(
  fake: Pick<FakeLlm, "baseUrl">,
  stateDir: string,
  options: Partial<LlmOptions> & { settings?: Readonly<Record<string, string>> } = {},
): Llm {
  const { settings, ...given } = options;
  return createLlm({
    client: settingsClient(settings),
    role: "developer",
    stateDir,
    env: { OPENROUTER_API_KEY: canaryKey, LLM_BASE_URL: fake.baseUrl, LLM_MODEL: "fake/model" },
    ...given,
    times: {
      silenceMs: 10_000,
      answerMs: 20_000,
      attempts: 3,
      pauseMs: 5,
      maxPauseMs: 1_500,
      ...options.times,
    },
  });
}
