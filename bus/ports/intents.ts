import type { Answer, Intent, IntentAnswer, IntentInput } from "../messages/intents.ts";
import type { Envelope } from "../messages/envelope.ts";
import type { Actor, Principal } from "../messages/principals.ts";
import type { Question, QuestionInput, QuestionOutput } from "../messages/questions.ts";

export interface AskOptions {
  /** Id of the request; a retry with the same id is answered, not done twice. */
  readonly id?: string;
  readonly actor?: Actor;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Asks the orchestrator as one principal. @throws the coded refusal as a DockfraError; `orchestrator_down` where nobody answers */
export interface IntentClient {
  readonly principal: Principal;
  ask<V extends Intent>(verb: V, input: IntentInput<V>, options?: AskOptions): Promise<IntentAnswer<V>>;
}

/** One request as the orchestrator sees it; `principal` comes from the subject, so it is proved. */
export interface IntentRequest {
  readonly principal: Principal;
  readonly verb: Intent;
  /** Already parsed by the verb's schema. */
  readonly input: unknown;
  readonly envelope: Envelope;
}

/** Answers intents, in a queue group of orchestrators. A handler must not throw: it gives a coded answer. */
export interface IntentServer {
  serveIntents(handle: (request: IntentRequest) => Promise<Answer>, signal: AbortSignal): Promise<void>;
}

/** Puts one of the closed list of read-only questions to its answerer. @throws `<worker>_down` where nobody answers */
export interface QuestionClient {
  question<Q extends Question>(
    question: Q,
    input: QuestionInput<Q>,
    options?: { timeoutMs?: number },
  ): Promise<QuestionOutput<Q>>;
}

/** Answers a question; what the handler throws becomes the coded refusal. */
export interface QuestionServer {
  serveQuestion<Q extends Question>(
    question: Q,
    handle: (input: unknown) => Promise<QuestionOutput<Q>>,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Passes requests of somebody else on, whatever they are: the table is not asked, so that the server is who refuses. */
export interface PassThrough {
  /** @throws the coded refusal; `not_allowed` where the server does not let the principal ask for it */
  askUnchecked(verb: string, input: unknown, options?: AskOptions): Promise<unknown>;
  /** @throws the coded refusal; `not_allowed` where the server does not let the principal ask it */
  questionUnchecked(question: string, input: unknown, options?: { timeoutMs?: number }): Promise<unknown>;
}
