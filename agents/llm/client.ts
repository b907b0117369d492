import OpenAI, { APIError } from "openai";
import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { createAnswerAssembly } from "./answer.ts";
import { createBoundedFetch, isTooLarge, maxAnswerBytes } from "./bounded-fetch.ts";
import type { LlmEndpoint } from "./endpoint.ts";
import { faultOfStatus, LlmFault, parseRetryAfter } from "./fault.ts";
import type { ChatAnswer, ChatMessage, ChatRequest } from "./messages.ts";

export interface ClientTimes {
  /** Longest silence: before the answer begins and between its pieces. */
  readonly silenceMs: number;
  /** Longest whole answer. */
  readonly answerMs: number;
}

/** One endpoint of the OpenAI protocol; a call is tried once. */
export interface LlmClient {
  /** @throws LlmFault; the signal's reason where it was aborted */
  complete(request: ChatRequest): Promise<ChatAnswer>;
}

/** What a dialect may lack, learnt from its refusals. */
const droppable = ["temperature", "tool_choice", "stream_options", "max_tokens", "usage"] as const;
type Droppable = (typeof droppable)[number];

/** Makes the client of one endpoint; the key stays in here and goes nowhere but into its `Authorization` header. */
export function createLlmClient(endpoint: LlmEndpoint, { silenceMs, answerMs }: ClientTimes): LlmClient {
  const openai = new OpenAI({
    apiKey: endpoint.apiKey ?? "none",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: endpoint.baseUrl,
    maxRetries: 0,
    timeout: answerMs,
    logLevel: "off",
    fetch: createBoundedFetch({ withKey: endpoint.apiKey !== undefined }),
  });
  const dropped = new Set<Droppable>();

  const attempt = async (request: ChatRequest): Promise<ChatAnswer> => {
    const assembly = createAnswerAssembly();
    const watch = new AbortController();
    const signal = AbortSignal.any([request.signal, watch.signal, AbortSignal.timeout(answerMs)]);
    let silence = setTimeout(() => watch.abort(), silenceMs);
    const cameLength = (): number => assembly.length;
    try {
      const stream = await openai.chat.completions.create(toBody(request, endpoint, dropped), { signal });
      for await (const chunk of stream) {
        clearTimeout(silence);
        silence = setTimeout(() => watch.abort(), silenceMs);
        const delta = assembly.add(chunk);
        if (delta !== "") request.onText?.(delta);
      }
    } catch (error) {
      request.signal.throwIfAborted();
      // what breaks behind the end of an answer takes nothing from it
      const whole = isTooLarge(error) || signal.aborted ? undefined : assembly.finish();
      if (whole) return whole;
      if (signal.aborted) throw silent(silenceMs, answerMs, cameLength());
      throw toFault(error, cameLength());
    } finally {
      clearTimeout(silence);
    }
    request.signal.throwIfAborted();
    const answer = assembly.finish();
    if (answer) return answer;
    if (signal.aborted) throw silent(silenceMs, answerMs, cameLength());
    throw new LlmFault("llm_stream_cut", "The answer broke off before its end. Try again later.", {
      cameLength: cameLength(),
    });
  };

  return {
    async complete(request) {
      for (;;) {
        try {
          return await attempt(request);
        } catch (error) {
          const lacks = error instanceof LlmFault ? lackOf(error, dropped) : undefined;
          if (lacks === undefined) throw error;
          dropped.add(lacks);
        }
      }
    },
  };
}

function toBody(
  request: ChatRequest,
  { tellsCost }: LlmEndpoint,
  dropped: ReadonlySet<Droppable>,
): ChatCompletionCreateParamsStreaming {
  const { model, messages, tools, toolChoice = "auto", temperature, maxTokens } = request;
  return {
    model,
    messages: messages.map(toParam),
    stream: true,
    ...(dropped.has("stream_options") ? {} : { stream_options: { include_usage: true } }),
    ...(dropped.has("temperature") ? {} : { temperature }),
    ...(dropped.has("max_tokens") ? { max_completion_tokens: maxTokens } : { max_tokens: maxTokens }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: "function" as const,
            function: { name, description, parameters: { ...parameters } },
          })),
          ...(dropped.has("tool_choice") ? {} : { tool_choice: toolChoice }),
        }),
    ...(tellsCost && !dropped.has("usage") ? { usage: { include: true } } : {}),
  };
}

function toParam(message: ChatMessage): ChatCompletionMessageParam {
  switch (message.role) {
    case "system":
    case "user":
      return { role: message.role, content: message.content };
    case "tool":
      return { role: "tool", tool_call_id: message.callId, content: message.content };
    case "assistant": {
      const { content, toolCalls } = message;
      if (toolCalls.length === 0) return { role: "assistant", content };
      const calls = toolCalls.map(({ id, name, argumentsText }) => ({
        id,
        type: "function" as const,
        function: { name, arguments: argumentsText },
      }));
      return { role: "assistant", content: content === "" ? null : content, tool_calls: calls };
    }
  }
}

/** An option that the endpoint names in its refusal, and that we can do without. */
function lackOf({ code, params }: LlmFault, dropped: ReadonlySet<Droppable>): Droppable | undefined {
  if (code !== "llm_request_refused" || params["status"] === 413) return undefined;
  return droppable.find(
    (name) => !dropped.has(name) && new RegExp(`\\b${name}\\b`).test(`${params["why"]} ${params["param"]}`),
  );
}

function silent(silenceMs: number, answerMs: number, cameLength: number): LlmFault {
  return new LlmFault(
    "llm_timeout",
    `The endpoint was silent for ${silenceMs} ms, or its answer took more than ${answerMs} ms. Try again later.`,
    {
      params: { silenceMs, answerMs },
      cameLength,
    },
  );
}

/** What the library throws, as ours; nothing of the request goes along. */
function toFault(error: unknown, cameLength: number): LlmFault {
  if (isTooLarge(error))
    return new LlmFault(
      "llm_answer_too_large",
      `The answer has more than ${maxAnswerBytes} bytes, which no honest one has. Use another endpoint.`,
      {
        params: { maxAnswerBytes },
        cameLength,
      },
    );
  if (
    error instanceof SyntaxError ||
    (error instanceof TypeError && !/fetch failed|terminated/.test(error.message))
  )
    return new LlmFault(
      "llm_answer_garbled",
      "The answer cannot be read as the OpenAI protocol. Look at LLM_BASE_URL.",
      { cameLength },
    );
  if (error instanceof APIError && (error.status !== undefined || error.error !== undefined)) {
    const status = error.status ?? statusInside(error);
    return withParam(
      faultOfStatus(status, clip(error.message), parseRetryAfter(error.headers)),
      error.param ?? "",
      cameLength,
    );
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code =
    cause instanceof Error && cause.cause instanceof Error
      ? cause.cause.message
      : cause instanceof Error
        ? cause.message
        : "";
  if (cameLength > 0)
    return new LlmFault("llm_stream_cut", "The answer broke off before its end. Try again later.", {
      cameLength,
    });
  return new LlmFault(
    "llm_unreachable",
    `The endpoint does not answer: ${clip(code)}. See whether LLM_BASE_URL is right and up.`,
    {
      params: { why: clip(code) },
    },
  );
}

/** Some endpoints put an error with its status into a stream that began well. */
function statusInside({ error, code }: APIError): number {
  const inner = error !== null && typeof error === "object" && "code" in error ? error.code : code;
  const status = Number(inner);
  return Number.isInteger(status) && status >= 400 && status < 600 ? status : 0;
}

function withParam(fault: LlmFault, param: string, cameLength: number): LlmFault {
  const { code, message, params, retryAfterMs } = fault;
  return new LlmFault(code, message, { params: { ...params, param: clip(param) }, retryAfterMs, cameLength });
}

function clip(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, 500);
}
