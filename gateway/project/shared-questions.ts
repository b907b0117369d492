import type { Question, QuestionInput, QuestionOutput } from "../../bus/messages/questions.ts";
import type { QuestionClient } from "../../bus/ports/intents.ts";

/** The one question that changes something; what was asked before it may be old after it. */
const writing: Question = "monitor.env-set";

/** What is done as often as it is asked. */
const doing = new Set<Question>([
  ...(["manager.run", "developer.run", "monitor.run", "autopilot.run"] as const),
  ...(["monitor.act", "monitor.job-cancel"] as const),
]);

/** Lets all who ask the same at the same time share one answer, so that many pages cost the monitor no more than one. */
export function shareQuestions(client: QuestionClient): QuestionClient {
  const open = new Map<string, Promise<unknown>>();

  function share<Q extends Question>(
    question: Q,
    input: QuestionInput<Q>,
    options?: { timeoutMs?: number },
  ): Promise<QuestionOutput<Q>> {
    const key = JSON.stringify([question, input]);
    const known = open.get(key);
    if (known) return known as Promise<QuestionOutput<Q>>;
    const answer = client.question(question, input, options).finally(() => {
      if (open.get(key) === answer) open.delete(key);
    });
    open.set(key, answer);
    return answer;
  }

  return {
    question(question, input, options) {
      if (doing.has(question)) return client.question(question, input, options);
      if (question !== writing) return share(question, input, options);
      open.clear();
      return client.question(question, input, options).finally(() => open.clear());
    },
  };
}
