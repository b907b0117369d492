/** What went wrong with one call to the model, and whether the same call may succeed later. */
export class LlmFault extends Error {
  override readonly name = "LlmFault";
  /** Stable, snake_case; the key of its sentence in `locales/`. */
  readonly code: LlmFaultCode;
  readonly params: Readonly<Record<string, string | number>>;
  /** How long the endpoint asks us to wait. */
  readonly retryAfterMs: number | undefined;
  /** Characters that came before it broke; they are paid. */
  readonly cameLength: number;

  constructor(
    code: LlmFaultCode,
    message: string,
    options: {
      params?: Readonly<Record<string, string | number>>;
      retryAfterMs?: number | undefined;
      cameLength?: number;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.params = options.params ?? {};
    this.retryAfterMs = options.retryAfterMs;
    this.cameLength = options.cameLength ?? 0;
  }
}

export const llmFaultCodes = [
  "llm_key_refused",
  "llm_credit_exhausted",
  "llm_model_unknown",
  "llm_request_refused",
  "llm_rate_limited",
  "llm_server_failed",
  "llm_timeout",
  "llm_unreachable",
  "llm_stream_cut",
  "llm_answer_garbled",
  "llm_answer_too_large",
] as const;
export type LlmFaultCode = (typeof llmFaultCodes)[number];

const passing: ReadonlySet<LlmFaultCode> = new Set([
  "llm_rate_limited",
  "llm_server_failed",
  "llm_timeout",
  "llm_unreachable",
  "llm_stream_cut",
  "llm_answer_garbled",
]);

/** Whether the same call may succeed later. */
export function isPassing({ code }: LlmFault): boolean {
  return passing.has(code);
}

/** The fault for an HTTP status, with the endpoint's own words. */
export function faultOfStatus(status: number, why: string, retryAfterMs?: number): LlmFault {
  const params = { status, why };
  switch (true) {
    case status === 401 || status === 403:
      return new LlmFault(
        "llm_key_refused",
        `The endpoint refuses the key (${status}): ${why}. Put the right one into OPENROUTER_API_KEY.`,
        { params },
      );
    case status === 402:
      return new LlmFault(
        "llm_credit_exhausted",
        `The account at the endpoint has no credit left: ${why}. Add some, then resume the ticket.`,
        { params },
      );
    case status === 404:
      return new LlmFault(
        "llm_model_unknown",
        `The endpoint does not know the model or the address: ${why}. Mend LLM_MODEL or LLM_BASE_URL.`,
        { params },
      );
    case status === 429:
      return new LlmFault(
        "llm_rate_limited",
        `The endpoint allows no more calls now: ${why}. Wait, or use another model.`,
        { params, retryAfterMs },
      );
    case status === 408 || status === 409 || status >= 500 || status === 0:
      return new LlmFault("llm_server_failed", `The endpoint failed (${status}): ${why}. Try again later.`, {
        params,
        retryAfterMs,
      });
    default:
      return new LlmFault(
        "llm_request_refused",
        `The endpoint refuses the request (${status}): ${why}. Choose another model, or look at its documentation.`,
        { params },
      );
  }
}

/** Reads `retry-after-ms` or `retry-after`, in seconds or as a date; `undefined` where there is no sense in it. */
export function parseRetryAfter(headers: Headers | undefined, nowMs = Date.now()): number | undefined {
  const ms = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const value = headers?.get("retry-after")?.trim() ?? "";
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1_000;
  const atMs = Date.parse(value);
  return Number.isFinite(atMs) ? Math.max(0, atMs - nowMs) : undefined;
}
