import type { FeedEntry } from "../../bus/messages/feed.ts";
import type { Intent, IntentAnswer, IntentInput } from "../../bus/messages/intents.ts";
import type { Question, QuestionInput, QuestionOutput } from "../../bus/messages/questions.ts";

export interface PerformOptions {
  /** Gets each line that the operation sends while it works. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** What a command reaches the bus and its role's agent through; every method throws the coded refusal. */
export interface Door {
  /** `key` makes a repeat of the same request one and the same. */
  ask<V extends Intent>(
    verb: V,
    input: IntentInput<V>,
    options?: { readonly key?: string },
  ): Promise<IntentAnswer<V>>;
  question<Q extends Question>(question: Q, input: QuestionInput<Q>): Promise<QuestionOutput<Q>>;
  /** Follows the feed live; resolves when the signal ends it. */
  watch(onEntry: (entry: FeedEntry) => void, signal: AbortSignal): Promise<void>;
  /** Has the agent do one of its operations; what it answers is checked by who asks. */
  perform(name: string, input: unknown, options?: PerformOptions): Promise<unknown>;
}
