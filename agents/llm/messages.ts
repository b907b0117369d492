/** One tool as the model is told of it; `parameters` is a JSON schema. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A call that the model asks for; its arguments are text that nobody has checked yet. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly argumentsText: string;
}

export type ChatMessage =
  | { readonly role: "system" | "user"; readonly content: string }
  | { readonly role: "assistant"; readonly content: string; readonly toolCalls: readonly ToolCall[] }
  | { readonly role: "tool"; readonly callId: string; readonly content: string };

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolSpec[];
  /** Whether the model may call tools now; default `auto`. */
  readonly toolChoice?: "auto" | "none";
  readonly temperature: number;
  readonly maxTokens: number;
  readonly signal: AbortSignal;
  /** Gets the text as it comes; must not throw. */
  readonly onText?: (delta: string) => void;
}

/** What the endpoint says a call used; nobody has to believe it. */
export interface ToldUsage {
  readonly promptTokens: number | undefined;
  readonly completionTokens: number | undefined;
  readonly costUsd: number | undefined;
}

export interface ChatAnswer {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  /** The endpoint's reason to end: `stop`, `tool_calls`, `length`, … */
  readonly finishReason: string;
  readonly usage: ToldUsage | undefined;
}
