import { answererOf, capabilities } from "../capabilities.ts";
import { denied, invalidInput, toDockfraError, toErrorInfo, unavailable } from "../kernel/errors.ts";
import type { Principal } from "../messages/principals.ts";
import { questions, type Question, type QuestionInput, type QuestionOutput } from "../messages/questions.ts";
import { aborted } from "./connection.ts";
import { carry, parseAnswer, parseMessage } from "../codec.ts";
import { within } from "./within.ts";

/** How long a question waits for its answer unless told otherwise. */
const questionTimeoutMs = 15_000;

type Handle = (input: unknown) => Promise<unknown>;

/** Where questions meet their answerers. */
export interface QuestionHub {
  serve(principal: Principal, question: Question, handle: Handle, signal: AbortSignal): Promise<void>;
  question<Q extends Question>(
    principal: Principal,
    question: Q,
    input: QuestionInput<Q>,
    timeoutMs?: number,
  ): Promise<QuestionOutput<Q>>;
}

/** Makes the hub of one memory bus. */
export function createQuestionHub(): QuestionHub {
  const servers = new Map<Question, Set<Handle>>();

  const answer = async (question: Question, input: unknown) => {
    const [handle] = servers.get(question) ?? [];
    if (!handle) {
      const worker = answererOf(question);
      throw unavailable(
        `${worker}_down`,
        `"${worker}" does not answer ${question}. Start it, then try again.`,
        { params: { question } },
      );
    }
    try {
      return carry(await handle(input), question);
    } catch (error) {
      throw toDockfraError(carry(toErrorInfo(error), question));
    }
  };

  return {
    async serve(principal, question, handle, signal) {
      if (principal !== answererOf(question)) {
        throw denied(
          "not_allowed",
          `"${principal}" may not answer ${question}; "${answererOf(question)}" does.`,
          {
            params: { principal, question },
          },
        );
      }
      if (signal.aborted) return;
      // A function of our own, so that one handler can serve twice.
      const own: Handle = (input) => handle(input);
      servers.set(question, (servers.get(question) ?? new Set()).add(own));
      await aborted(signal);
      servers.get(question)?.delete(own);
    },
    async question<Q extends Question>(
      principal: Principal,
      question: Q,
      input: QuestionInput<Q>,
      timeoutMs = questionTimeoutMs,
    ) {
      const params = { principal, question };
      if (!Object.hasOwn(questions, question)) {
        throw invalidInput("question_unknown", `No question "${question}". See the capability table.`, {
          params,
        });
      }
      if (!capabilities[principal].questions.includes(question)) {
        throw denied("not_allowed", `"${principal}" may not ask ${question}. Ask as a principal that may.`, {
          params,
        });
      }
      const parsed = parseMessage(questions[question].input, carry(input, question), question);
      const output = await within(answer(question, parsed), { timeoutMs, name: question });
      return parseAnswer(questions[question].output, output, question) as QuestionOutput<Q>;
    },
  };
}
