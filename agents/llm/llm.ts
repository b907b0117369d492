import { join } from "node:path";
import { invalidInput } from "../../bus/kernel/errors.ts";
import type { Role } from "../../bus/messages/principals.ts";
import type { IntentClient } from "../../bus/ports/intents.ts";
import { readEnvFile } from "../../stacks/env-file/env-file.ts";
import { isSecretName } from "../../stacks/variables/secrets.ts";
import type { ErrorParams } from "../../bus/kernel/errors.ts";
import type { Progress } from "../runtime/handlers.ts";
import { openBudget, toBudgets, type Budget } from "./budget.ts";
import { createChat, type Chat, type RetryTimes } from "./chat.ts";
import type { ClientTimes } from "./client.ts";
import { parseEndpoint, type LlmEndpoint } from "./endpoint.ts";
import { parseBudgets, parsePrices } from "./prices.ts";
import { createRedactor, type Redactor } from "./redaction.ts";
import { createSpendFile } from "./spend-file.ts";

export interface LlmOptions {
  readonly client: IntentClient;
  readonly role: Role;
  /** `<root>/dockfra`: its `.env` may hold the key, and spends are kept below it. */
  readonly stateDir: string;
  /** Default: our own environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly times?: Partial<ClientTimes & RetryTimes>;
}

export interface SessionOptions {
  readonly ticket: string;
  /** What dockfra.yaml says. */
  readonly budgets: Readonly<Record<string, number>>;
  readonly progress: Progress;
}

/** A role's model at work for one ticket. */
export interface LlmSession {
  readonly model: string;
  readonly chat: Chat;
  readonly budget: Budget;
  readonly redactor: Redactor;
  /** The ticket's progress, with secrets taken out. */
  readonly progress: Progress;
}

/** A role's way to a language model, where one is configured. */
export interface Llm {
  /** Whether a key or an address is there; asks nobody. @throws `llm_url_invalid`, `llm_url_insecure`, `llm_key_invalid` */
  isConfigured(): Promise<boolean>;
  /** Takes the secrets that we know out of texts of others, a model or none. */
  redactor(): Promise<Redactor>;
  /** @throws `llm_not_configured`, `llm_model_missing`, `llm_setting_invalid` */
  open(options: SessionOptions): Promise<LlmSession>;
}

/** Where the host puts the keys of models for a role in a container. */
const modelKeysFile = "/run/dockfra/role/model.env";

const defaultTimes: ClientTimes & RetryTimes = {
  silenceMs: 90_000,
  answerMs: 600_000,
  attempts: 5,
  pauseMs: 1_000,
  maxPauseMs: 120_000,
};

/** Makes a role's way to its model. The configuration is read anew each time, so that a key can be added while we run. */
export function createLlm({ client, role, stateDir, env = process.env, times }: LlmOptions): Llm {
  const place = placeOf(role, stateDir);
  const values = async (): Promise<Record<string, string | undefined>> => {
    const file = await readEnvFile(place.envFile);
    const own = Object.entries(env).filter(([, value]) => value !== undefined && value !== "");
    return { ...Object.fromEntries(file), ...Object.fromEntries(own) };
  };
  const setting = async (key: string): Promise<string | undefined> =>
    (await client.ask("settings.get", { key })).value?.trim() || undefined;

  return {
    redactor: async () => createRedactor(secretsOf(await values())),
    isConfigured: async () => parseEndpoint(await values()) !== undefined,
    async open({ ticket, budgets, progress }) {
      const known = await values();
      const endpoint = requireEndpoint(parseEndpoint(known));
      const [chosen, prices, limits] = await Promise.all([
        setting(`llm.${role}.model`),
        setting("llm.prices"),
        setting("llm.budgets"),
      ]);
      const model = requireModel(chosen ?? endpoint.model, role);
      const price = parsePrices(prices).get(model);
      const redactor = createRedactor(secretsOf(known));
      const clean = redactProgress(progress, redactor);
      const budget = await openBudget({
        limits: toBudgets(parseBudgets(limits), budgets),
        store: createSpendFile(place.spendDir, ticket),
        model,
        price,
        tellsCost: endpoint.tellsCost,
      });
      // the library takes a tenth of a second to load: only those who have a model pay for it
      const { createLlmClient } = await import("./client.ts");
      const all = { ...defaultTimes, ...times };
      const chat = createChat({
        client: createLlmClient(endpoint, all),
        model,
        budget,
        price,
        redactor,
        progress: clean,
        retry: all,
      });
      return { model, chat, budget, redactor, progress: clean };
    },
  };
}

/** In a container the host hands a role its keys as a file, and the role's own directory is all that it may write to. */
function placeOf(role: Role, stateDir: string): { readonly envFile: string; readonly spendDir: string } {
  return process.env["DOCKFRA_RUNTIME"] === "docker"
    ? { envFile: modelKeysFile, spendDir: join(stateDir, role, "llm", "spend") }
    : { envFile: join(stateDir, ".env"), spendDir: join(stateDir, "llm", "spend") };
}

/** The key, and whatever else in our environment says by its name that it is a secret. */
function secretsOf(values: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value !== undefined && isSecretName(name) ? [value.trim()] : [],
  );
}

function redactProgress(progress: Progress, redactor: Redactor): Progress {
  return (code, params, text) => {
    const clean: Record<string, ErrorParams[string]> = {};
    for (const [key, value] of Object.entries(params ?? {}))
      clean[key] = typeof value === "string" ? redactor.redact(value) : value;
    progress(code, clean, text === undefined ? undefined : redactor.redact(text));
  };
}

function requireEndpoint(endpoint: LlmEndpoint | undefined): LlmEndpoint {
  if (endpoint) return endpoint;
  throw invalidInput(
    "llm_not_configured",
    "No language model is configured. Put OPENROUTER_API_KEY, or LLM_BASE_URL and LLM_MODEL, into dockfra/.env.",
  );
}

function requireModel(model: string | undefined, role: Role): string {
  if (model !== undefined && /^[\x21-\x7e]{1,200}$/.test(model)) return model;
  throw invalidInput(
    "llm_model_missing",
    `No model is named for the ${role}. Put LLM_MODEL into dockfra/.env, or set llm.${role}.model.`,
    {
      params: { role },
    },
  );
}
