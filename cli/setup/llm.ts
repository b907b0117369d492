import { join } from "node:path";
import { invalidInput, unavailable } from "../../bus/kernel/errors.ts";
import { parseEndpoint, type LlmEndpoint } from "../../agents/llm/endpoint.ts";
import { readEnvFile, writeEnvFile } from "../../stacks/env-file/env-file.ts";
import type { Invocation } from "../invocation.ts";
import { resolveRoot } from "../place/root.ts";
import { prepareStateDir } from "../place/state-dir.ts";
import { readArgument } from "../terminal/input.ts";
import { askLine } from "./ask.ts";

export interface LlmSetup {
  readonly key?: string;
  readonly baseUrl?: string;
  readonly model?: string;
}

const answerMs = 30_000;

/** `setup llm`: keeps the key of a model in `dockfra/.env`, and asks the model one word. @throws `llm_key_missing`, `llm_no_answer` */
export async function setupLlm(invocation: Invocation<LlmSetup>): Promise<void> {
  const { options, screen } = invocation;
  const root = await resolveRoot(options.root);
  const path = join(await prepareStateDir(root), ".env");
  const before = await readEnvFile(path);
  const key =
    options.key === undefined
      ? await askLine(screen, "Key of OpenRouter or another OpenAI-compatible service (empty: as it is): ", {
          secret: true,
        })
      : (await readArgument(options.key)).trim();
  const changes = new Map(
    [
      ["OPENROUTER_API_KEY", key],
      ["LLM_BASE_URL", options.baseUrl],
      ["LLM_MODEL", options.model],
    ].flatMap(([name, value]) => (name === undefined || value === undefined ? [] : [[name, value] as const])),
  );
  const endpoint = parseEndpoint({ ...Object.fromEntries(before), ...Object.fromEntries(changes) });
  if (endpoint === undefined)
    throw invalidInput(
      "llm_key_missing",
      "Neither a key nor an address of a model is known. Give one: dockfra setup llm --key - (it is read from stdin), or --base-url URL",
    );
  if (changes.size > 0) await writeEnvFile(path, changes);
  const answer = await askOneWord(endpoint);
  if (screen.json)
    return screen.data({ ok: true, baseUrl: endpoint.baseUrl, model: answer.model, tookMs: answer.tookMs });
  screen.line(
    `${answer.model} answers at ${endpoint.baseUrl} (${answer.tookMs} ms). What was given is kept in dockfra/.env.`,
  );
}

async function askOneWord({
  baseUrl,
  apiKey,
  model,
}: LlmEndpoint): Promise<{ model: string; tookMs: number }> {
  const startMs = performance.now();
  const failed = (why: string, cause?: unknown) =>
    unavailable(
      "llm_no_answer",
      `The model at ${baseUrl} does not answer: ${why}. What was given is kept; try again with: dockfra setup llm`,
      { params: { url: baseUrl, why }, cause },
    );
  let response: Response;
  try {
    response = await fetch(`${baseUrl}/chat/completions`, {
      method: "POST",
      redirect: "error",
      signal: AbortSignal.timeout(answerMs),
      headers: {
        "content-type": "application/json",
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({
        ...(model === undefined ? {} : { model }),
        max_tokens: 16,
        messages: [{ role: "user", content: "Answer with the word ready." }],
      }),
    });
  } catch (error) {
    const cause = error instanceof Error ? (error.cause instanceof Error ? error.cause : error) : undefined;
    throw failed(cause?.message.slice(0, 300) ?? "it cannot be reached", error);
  }
  const text = (await response.text()).slice(0, 100_000);
  if (!response.ok) throw failed(`status ${response.status}, ${text.slice(0, 300).replaceAll(/\s+/g, " ")}`);
  return { model: modelOf(text) ?? model ?? "The model", tookMs: Math.round(performance.now() - startMs) };
}

function modelOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "model" in value && typeof value.model === "string")
      return value.model.slice(0, 200);
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
