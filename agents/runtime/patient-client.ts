import { setTimeout as sleep } from "node:timers/promises";
import { DockfraError } from "../../bus/kernel/errors.ts";
import type { IntentClient, QuestionClient } from "../../bus/ports/intents.ts";

/** What handlers ask of others. */
export interface AgentClient extends IntentClient, QuestionClient {}

export interface PatienceOptions {
  readonly signal: AbortSignal;
  /** For how long a part that does not answer is asked again. */
  readonly patienceMs?: number;
}

const maxWaitMs = 3_000;

/** Asks again while nobody answers: an orchestrator that is started anew must not fail the work in hand. */
export function createPatientClient(
  bus: AgentClient,
  { signal, patienceMs = 120_000 }: PatienceOptions,
): AgentClient {
  const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
    const untilMs = performance.now() + patienceMs;
    for (let waitMs = 100; ; waitMs = Math.min(2 * waitMs, maxWaitMs)) {
      signal.throwIfAborted();
      try {
        return await ask();
      } catch (error) {
        const passing = error instanceof DockfraError && error.kind === "unavailable" && error.retryable;
        if (!passing || performance.now() + waitMs > untilMs) throw error;
      }
      await sleep(waitMs, undefined, { signal });
    }
  };
  return {
    principal: bus.principal,
    ask: (verb, input, options) => patiently(() => bus.ask(verb, input, options)),
    question: (question, input, options) => patiently(() => bus.question(question, input, options)),
  };
}
