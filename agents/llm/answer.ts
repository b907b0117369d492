import { z } from "zod";
import { newId } from "../../bus/kernel/ids.ts";
import type { ChatAnswer, ToldUsage, ToolCall } from "./messages.ts";

const maxCalls = 32;
const maxArguments = 2_000_000;

const Amount = z.number().nullish().catch(undefined);
/** What we read of a chunk of `chat.completion.chunk`; all else is let through and ignored. */
const Chunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            tool_calls: z
              .array(
                z.object({
                  index: z.int().nonnegative().max(1_000).optional(),
                  id: z.string().nullish(),
                  function: z
                    .object({ name: z.string().nullish(), arguments: z.string().nullish() })
                    .nullish(),
                }),
              )
              .nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
  usage: z
    .object({ prompt_tokens: Amount, completion_tokens: Amount, cost: Amount })
    .nullish()
    .catch(undefined),
});

/** Puts an answer together from its chunks. */
export interface AnswerAssembly {
  /** Takes a chunk and gives its piece of text. @throws TypeError where it is no chunk at all */
  add(chunk: unknown): string;
  /** Length of what came so far, in characters. */
  readonly length: number;
  /** The whole answer, or `undefined` while the endpoint has not said that it ends. */
  finish(): ChatAnswer | undefined;
}

/** Makes an assembly that keeps nothing it cannot bound: at most 32 calls, 2 MB of arguments each. */
export function createAnswerAssembly(): AnswerAssembly {
  let text = "";
  let length = 0;
  let finishReason: string | undefined;
  let usage: ToldUsage | undefined;
  const calls = new Map<number, { id: string; name: string; argumentsText: string }>();
  return {
    get length() {
      return length;
    },
    add(raw) {
      const parsed = Chunk.safeParse(raw);
      if (!parsed.success) throw new TypeError("A chunk of the answer has another shape than agreed.");
      const { choices, usage: told } = parsed.data;
      if (told)
        usage = {
          promptTokens: told.prompt_tokens ?? undefined,
          completionTokens: told.completion_tokens ?? undefined,
          costUsd: told.cost ?? undefined,
        };
      const choice = choices[0];
      if (!choice) return "";
      finishReason = choice.finish_reason ?? finishReason;
      for (const [position, piece] of (choice.delta?.tool_calls ?? []).entries()) {
        const index = piece.index ?? position;
        const call = calls.get(index) ?? { id: "", name: "", argumentsText: "" };
        if (!calls.has(index) && calls.size >= maxCalls) continue;
        calls.set(index, call);
        call.id ||= (piece.id ?? "").slice(0, 200);
        if (call.name === "") call.name = (piece.function?.name ?? "").slice(0, 200);
        const added = piece.function?.arguments ?? "";
        length += added.length;
        if (call.argumentsText.length + added.length <= maxArguments) call.argumentsText += added;
      }
      const delta = choice.delta?.content ?? "";
      text += delta;
      length += delta.length;
      return delta;
    },
    finish() {
      if (finishReason === undefined) return undefined;
      return {
        text,
        toolCalls: [...calls.entries()].toSorted(([a], [b]) => a - b).map(toCall),
        finishReason,
        usage,
      };
    },
  };
}

function toCall([, call]: [number, { id: string; name: string; argumentsText: string }]): ToolCall {
  return { ...call, id: call.id === "" ? `call_${newId().slice(0, 12)}` : call.id };
}
