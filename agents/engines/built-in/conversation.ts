import { newId } from "../../../bus/kernel/ids.ts";
import type { ChatAnswer, ChatMessage, ToolSpec } from "../../llm/messages.ts";
import { estimatePrompt } from "../../llm/usage.ts";

/** What is said between us and the model, kept to a size. */
export interface Conversation {
  readonly messages: readonly ChatMessage[];
  say(content: string): void;
  /** Takes the model's turn into the conversation. */
  take(answer: ChatAnswer): void;
  answer(callId: string, content: string): void;
}

const forgotten = "[An older result, taken out to save room. Call the tool again where you need it.]";
const keptResults = 6;

/** Makes a conversation; when it grows beyond `maxTokens`, the oldest results of tools go first. */
export function createConversation(
  system: string,
  tools: readonly ToolSpec[],
  { maxTokens = 90_000 }: { maxTokens?: number } = {},
): Conversation {
  let messages: ChatMessage[] = [{ role: "system", content: system }];
  const add = (message: ChatMessage): void => {
    messages.push(message);
    for (
      let tokens = estimatePrompt(messages, tools);
      tokens > maxTokens;
      tokens = estimatePrompt(messages, tools)
    ) {
      const shorter = forgetOldest(messages);
      if (!shorter) return;
      messages = shorter;
    }
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
  };
}

/** An endpoint refuses a history with arguments that are no JSON, or names that are none. */
function soundCall<T extends ChatAnswer["toolCalls"][number]>(call: T): T {
  const name = /^[A-Za-z0-9_-]{1,64}$/.test(call.name) ? call.name : "unknown";
  const id = call.id === "" ? newId() : call.id;
  return { ...call, id, name, argumentsText: isJson(call.argumentsText) ? call.argumentsText : "{}" };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Blanks the oldest result that is not among the last few; `undefined` where there is none left. */
function forgetOldest(messages: readonly ChatMessage[]): ChatMessage[] | undefined {
  const results = messages.flatMap((message, index) => (message.role === "tool" ? [index] : []));
  const oldest = results.slice(0, -keptResults).find((index) => messages[index]?.content !== forgotten);
  if (oldest === undefined) return undefined;
  return messages.map((message, index) => (index === oldest ? { ...message, content: forgotten } : message));
}
