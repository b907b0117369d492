import type { ChatMessage, ToldUsage, ToolSpec } from "./messages.ts";
import type { Price } from "./prices.ts";

/** What a call used, as we count it. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** `undefined` where neither the endpoint nor the price table says. */
  readonly costUsd: number | undefined;
  /** Whether the numbers are ours because the endpoint's were missing or cannot be true. */
  readonly estimated: boolean;
}

/** Tokens of a text by rule of thumb: four bytes each. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

/** Messages and tools do not change once they are made, and a conversation is counted at every turn. */
const counted = new WeakMap<object, number>();

/** Tokens of a prompt by rule of thumb, with what each message and tool adds. */
export function estimatePrompt(messages: readonly ChatMessage[], tools: readonly ToolSpec[]): number {
  let sum = 0;
  for (const item of messages) sum += countOnce(item);
  for (const item of tools) sum += countOnce(item);
  return sum;
}

function countOnce(item: ChatMessage | ToolSpec): number {
  const known = counted.get(item);
  if (known !== undefined) return known;
  const tokens = 4 + estimateTokens(JSON.stringify(item));
  counted.set(item, tokens);
  return tokens;
}

/** A real count is at least a third of our estimate, and no token is shorter than a byte. */
function isPlausible(told: number | undefined, estimate: number, most: number): told is number {
  return told !== undefined && Number.isSafeInteger(told) && told >= estimate / 3 && told <= most;
}

/** Counts a call: the endpoint's numbers where they can be true, else ours; the cost it tells, else by the price. */
export function countUsage(
  told: ToldUsage | undefined,
  estimate: { readonly promptTokens: number; readonly completionTokens: number },
  price: Price | undefined,
): Usage {
  const prompt = isPlausible(told?.promptTokens, estimate.promptTokens, 4 * estimate.promptTokens + 2_000);
  // what a model thinks in silence is paid, and nowhere to be seen
  const completion = isPlausible(told?.completionTokens, estimate.completionTokens, 1_000_000);
  const promptTokens = prompt ? (told?.promptTokens ?? 0) : estimate.promptTokens;
  const completionTokens = completion ? (told?.completionTokens ?? 0) : estimate.completionTokens;
  const byTable = price === undefined ? undefined : costOf(price, promptTokens, completionTokens);
  const cost = told?.costUsd;
  const believable = cost !== undefined && Number.isFinite(cost) && cost >= 0 && cost < 1_000;
  return {
    promptTokens,
    completionTokens,
    // a cost told too low would undercut the price that the operator knows
    costUsd: believable ? Math.max(cost, byTable === undefined ? 0 : byTable / 4) : byTable,
    estimated: !prompt || !completion,
  };
}

/** US dollars of so many tokens. */
export function costOf(price: Price, promptTokens: number, completionTokens: number): number {
  return (promptTokens * price.inputPerMillion + completionTokens * price.outputPerMillion) / 1_000_000;
}
