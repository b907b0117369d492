import { isIPv4 } from "node:net";
import { invalidInput } from "../../bus/kernel/errors.ts";

/** OpenRouter's address: where a key goes that comes without an address of its own. */
export const openRouterUrl = "https://openrouter.ai/api/v1";

/** Where a model is asked, with what. */
export interface LlmEndpoint {
  readonly baseUrl: string;
  /** Absent for an endpoint that asks for none, such as a model on one's own machine. */
  readonly apiKey: string | undefined;
  readonly model: string | undefined;
  /** Whether each answer tells what it cost in US dollars. */
  readonly tellsCost: boolean;
}

/** Names of the variables that say it. */
export const llmVariables = ["OPENROUTER_API_KEY", "LLM_BASE_URL", "LLM_MODEL"] as const;

/** Reads the endpoint; `undefined` where neither a key nor an address is given: then nobody is called. @throws `llm_url_invalid`, `llm_url_insecure`, `llm_key_invalid` */
export function parseEndpoint(values: Readonly<Record<string, string | undefined>>): LlmEndpoint | undefined {
  const [apiKey, address, model] = llmVariables.map((name) => values[name]?.trim() || undefined);
  if (apiKey === undefined && address === undefined) return undefined;
  if (apiKey !== undefined && !/^[\x21-\x7e]{1,4096}$/.test(apiKey))
    throw invalidInput(
      "llm_key_invalid",
      "OPENROUTER_API_KEY has characters that no key has. Copy it again, without quotes or blanks inside.",
    );
  const url = parseUrl(address ?? openRouterUrl);
  if (apiKey !== undefined && url.protocol === "http:" && !isNear(url.hostname)) throw insecure(url.host);
  const tellsCost = url.hostname === "openrouter.ai" || url.hostname.endsWith(".openrouter.ai");
  return {
    baseUrl: url.href.replace(/\/+$/, ""),
    apiKey,
    model: model ?? (tellsCost ? "openrouter/auto" : undefined),
    tellsCost,
  };
}

function parseUrl(address: string): URL {
  const url = URL.parse(address);
  const why =
    url === null || !/^https?:$/.test(url.protocol)
      ? "it is no http or https address"
      : url.username !== "" || url.password !== ""
        ? "it carries a password; give the key as OPENROUTER_API_KEY"
        : url.search !== "" || url.hash !== ""
          ? "it has a query or a fragment"
          : undefined;
  if (why === undefined && url) return url;
  throw invalidInput(
    "llm_url_invalid",
    `LLM_BASE_URL cannot be used: ${why ?? "it is no address"}. Write it as https://host/v1.`,
    { params: { why: why ?? "" } },
  );
}

/** Our own machine, a private network, or a name without a dot as Compose gives it. */
function isNear(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "");
  return (
    !/[.:]/.test(name) ||
    /\.(?:local|internal|lan|localhost)$/.test(name) ||
    (isIPv4(name) && /^(?:127|10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(name)) ||
    /^(?:::1$|f[cd][0-9a-f]{2}:)/.test(name)
  );
}

function insecure(host: string): Error {
  return invalidInput(
    "llm_url_insecure",
    `LLM_BASE_URL would send the key to ${host} unencrypted. Use https, or an address of your own network.`,
    { params: { host } },
  );
}
