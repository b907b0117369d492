import { setTimeout as sleep } from "node:timers/promises";
import { DockfraError, unavailable } from "../../bus/kernel/errors.ts";
import type { Progress } from "../runtime/handlers.ts";
import type { Budget } from "./budget.ts";
import type { LlmClient } from "./client.ts";
import { isPassing, LlmFault } from "./fault.ts";
import type { ChatAnswer, ChatMessage, ChatRequest } from "./messages.ts";
import type { Price } from "./prices.ts";
import type { Redactor } from "./redaction.ts";
import { createTextFeed } from "./text-feed.ts";
import { countUsage, estimatePrompt, estimateTokens, type Usage } from "./usage.ts";

export interface RetryTimes {
  /** How often one question is put in all. */
  readonly attempts: number;
  /** First pause; each further one is twice as long. */
  readonly pauseMs: number;
  /** Longest pause that is waited, also where the endpoint asks for more. */
  readonly maxPauseMs: number;
}

export interface ChatOptions {
  readonly client: LlmClient;
  readonly model: string;
  readonly budget: Budget;
  readonly price: Price | undefined;
  readonly redactor: Redactor;
  /** Already without secrets. */
  readonly progress: Progress;
  readonly retry: RetryTimes;
}

export interface Question extends Pick<
  ChatRequest,
  "messages" | "tools" | "toolChoice" | "temperature" | "signal"
> {
  /** Longest answer; default 8,192 tokens. */
  readonly maxTokens?: number;
  /** Code under which the text is told while it comes; not told without. */
  readonly tellAs?: string;
}

/** A model with a budget. */
export interface Chat {
  /** Puts a question, again where the endpoint fails in passing. @throws coded refusals, `llm_budget_exhausted` */
  ask(question: Question): Promise<ChatAnswer>;
}

const defaultMaxTokens = 8_192;

/** Makes a chat: what leaves is redacted, what is used is reserved first and told after. */
export function createChat(options: ChatOptions): Chat {
  const { client, model, budget, price, redactor, progress, retry } = options;

  // what was said once is sent again at every turn
  const known = new WeakMap<ChatMessage, ChatMessage>();
  const cleanOnce = (message: ChatMessage): ChatMessage => {
    const cleaned = known.get(message) ?? clean(message, redactor);
    known.set(message, cleaned);
    return cleaned;
  };

  const tell = (used: Usage): void => {
    const { steps, tokens, usd } = budget.spend;
    const { costUsd } = used;
    const params = {
      model,
      step: steps,
      steps: budget.limits.steps,
      promptTokens: used.promptTokens,
      completionTokens: used.completionTokens,
      estimated: used.estimated,
      ticketTokens: tokens,
    };
    if (costUsd === undefined) return progress("llm_usage", params);
    const cost = { costUsd: roundUsd(costUsd), ticketUsd: roundUsd(usd) };
    progress("llm_usage", { ...params, ...cost }, `$${cost.costUsd}, $${cost.ticketUsd} for the ticket`);
  };

  const attempt = async (question: Question, messages: readonly ChatMessage[]): Promise<ChatAnswer> => {
    const promptTokens = estimatePrompt(messages, question.tools);
    const reservation = await budget.reserve(promptTokens, question.maxTokens ?? defaultMaxTokens);
    const feed =
      question.tellAs === undefined
        ? undefined
        : createTextFeed(progress, question.tellAs, { step: budget.spend.steps }, redactor);
    let used: Usage | undefined;
    try {
      const answer = await client.complete({
        model,
        messages,
        tools: question.tools,
        ...(question.toolChoice === undefined ? {} : { toolChoice: question.toolChoice }),
        temperature: question.temperature,
        maxTokens: reservation.maxTokens,
        signal: AbortSignal.any([
          question.signal,
          AbortSignal.timeout(Math.min(2 ** 31 - 1, Math.ceil(budget.remainingMs()))),
        ]),
        ...(feed ? { onText: (delta: string) => feed.add(delta) } : {}),
      });
      const said = answer.text + answer.toolCalls.map((call) => call.name + call.argumentsText).join("");
      used = countUsage(answer.usage, { promptTokens, completionTokens: estimateTokens(said) }, price);
      return answer;
    } catch (error) {
      // what broke off was read and written all the same
      if (error instanceof LlmFault && error.cameLength > 0)
        used = countUsage(
          undefined,
          { promptTokens, completionTokens: Math.ceil(error.cameLength / 4) },
          price,
        );
      throw error;
    } finally {
      feed?.end();
      await reservation.settle(used);
      if (used) tell(used);
    }
  };

  return {
    async ask(question) {
      const messages = question.messages.map(cleanOnce);
      for (let tried = 1; ; tried++) {
        try {
          return await attempt(question, messages);
        } catch (error) {
          question.signal.throwIfAborted();
          if (!(error instanceof LlmFault)) throw isTimeout(error) ? outOfTime() : error;
          const pauseMs = pauseOf(error, tried, retry);
          if (pauseMs === undefined || pauseMs >= budget.remainingMs()) throw toRefusal(error, redactor);
          progress(
            "llm_retry",
            { code: error.code, attempt: tried, pauseMs: Math.round(pauseMs) },
            redactor.redact(error.message),
          );
          await sleep(pauseMs, undefined, { signal: question.signal });
        }
      }
    },
  };
}

/** How long to wait before the next try, or `undefined` where there is to be none. */
function pauseOf(
  fault: LlmFault,
  tried: number,
  { attempts, pauseMs, maxPauseMs }: RetryTimes,
): number | undefined {
  if (!isPassing(fault) || tried >= attempts) return undefined;
  if (fault.retryAfterMs !== undefined)
    return fault.retryAfterMs > maxPauseMs ? undefined : fault.retryAfterMs;
  return Math.min(maxPauseMs, pauseMs * 2 ** (tried - 1)) * (0.75 + Math.random() / 2);
}

function clean(message: ChatMessage, redactor: Redactor): ChatMessage {
  const content = redactor.redact(message.content);
  if (message.role !== "assistant") return { ...message, content };
  const toolCalls = message.toolCalls.map((call) => ({
    ...call,
    argumentsText: redactor.redact(call.argumentsText),
  }));
  return { ...message, content, toolCalls };
}

function toRefusal(fault: LlmFault, redactor: Redactor): DockfraError {
  const params: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(fault.params))
    params[key] = typeof value === "string" ? redactor.redact(value) : value;
  const kind = isPassing(fault)
    ? "unavailable"
    : fault.code === "llm_key_refused"
      ? "denied"
      : "invalid_input";
  return new DockfraError(kind, fault.code, redactor.redact(fault.message), { params });
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}

function outOfTime(): DockfraError {
  return unavailable(
    "llm_budget_exhausted",
    "The ticket has used its minutes while the model was answering. Raise ticket_minutes under budgets in dockfra.yaml, then resume it.",
    {
      params: { what: "minutes" },
      retryable: false,
    },
  );
}

function roundUsd(usd: number): number {
  return Math.round(usd * 1_000_000) / 1_000_000;
}
