import type { ChatAnswer, ChatMessage, ToolCall, ToolSpec } from "../../llm/messages.ts";
import { estimatePrompt } from "../../llm/usage.ts";

/** What is said between us and the model, kept to a size. */
export interface Conversation {
  readonly messages: readonly ChatMessage[];
  say(content: string): void;
  /** Takes the model's turn into the conversation. */
  take(answer: ChatAnswer): void;
  answer(callId: string, content: string): void;
  /** Makes room for a model that holds less than we thought; false where nothing is left to take out. */
  shrink(): boolean;
}

const forgotten = "[An older result, taken out to save room. Call the tool again where you need it.]";
const forgottenArguments = '{"taken_out":"to save room"}';
const longArguments = 400;
/** How many of the last messages stay whole. */
const kept = { usually: 12, atLeast: 3 } as const;

/** Makes a conversation; when it grows beyond `maxTokens`, the oldest results and arguments of tools go first. */
export function createConversation(
  system: string,
  tools: readonly ToolSpec[],
  { maxTokens = 90_000 }: { maxTokens?: number } = {},
): Conversation {
  let messages: readonly ChatMessage[] = [{ role: "system", content: system }];
  let mostTokens = maxTokens;
  const makeRoom = (whole: number): boolean => {
    let made = false;
    while (estimatePrompt(messages, tools) > mostTokens) {
      const shorter = forgetOldest(messages, whole);
      if (!shorter) return made;
      messages = shorter;
      made = true;
    }
    return made;
  };
  const add = (message: ChatMessage): void => {
    messages = [...messages, message];
    makeRoom(kept.usually);
  };
  return {
    get messages() {
      return messages;
    },
    say: (content) => add({ role: "user", content }),
    take: ({ text, toolCalls }) =>
      add({
        role: "assistant",
        content: text === "" && toolCalls.length === 0 ? "…" : text,
        toolCalls: toolCalls.map(soundCall),
      }),
    answer: (callId, content) => add({ role: "tool", callId, content }),
    shrink() {
      mostTokens = Math.floor(estimatePrompt(messages, tools) / 2);
      return makeRoom(kept.atLeast);
    },
  };
}

/** An endpoint refuses a history with arguments that are no JSON, or names that are none. */
function soundCall(call: ToolCall): ToolCall {
  const name = /^[A-Za-z0-9_-]{1,64}$/.test(call.name) ? call.name : "unknown";
  return { ...call, name, argumentsText: isJson(call.argumentsText) ? call.argumentsText : "{}" };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Blanks the oldest result or long arguments that are not among the last few; `undefined` where there are none left. */
function forgetOldest(messages: readonly ChatMessage[], whole: number): ChatMessage[] | undefined {
  const oldest = messages.slice(0, -whole).findIndex(isLong);
  return oldest < 0
    ? undefined
    : messages.map((message, index) => (index === oldest ? forget(message) : message));
}

function isLong(message: ChatMessage): boolean {
  if (message.role === "tool") return message.content !== forgotten;
  return (
    message.role === "assistant" &&
    message.toolCalls.some((call) => call.argumentsText.length > longArguments)
  );
}

function forget(message: ChatMessage): ChatMessage {
  if (message.role !== "assistant") return { ...message, content: forgotten };
  const toolCalls = message.toolCalls.map((call) =>
    call.argumentsText.length > longArguments ? { ...call, argumentsText: forgottenArguments } : call,
  );
  return { ...message, toolCalls };
}
