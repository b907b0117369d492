import { answererOf, capabilities } from "../capabilities.ts";
import { denied, invalidInput, toDockfraError, unavailable } from "../kernel/errors.ts";
import { encode, parseMessage } from "../codec.ts";
import { Envelope, toEnvelope } from "../messages/envelope.ts";
import { Answer } from "../messages/intents.ts";
import type { Principal } from "../messages/principals.ts";
import { questions, type Question, type QuestionOutput } from "../messages/questions.ts";
import type { PassThrough, QuestionClient, QuestionServer } from "../ports/intents.ts";
import type { Subjects } from "../subjects.ts";
import { failedAnswer } from "./failed-answer.ts";
import type { Wire } from "./connection.ts";
import { readJson } from "./consume.ts";
import { hasCode } from "./faults.ts";
import { isReplySubject } from "./intents.ts";
import { listen } from "./listen.ts";

const questionTimeoutMs = 15_000;

/** Makes one principal's way to put questions to others. */
export function createQuestionClient(
  wire: Wire,
  subjects: Subjects,
  principal: Principal,
): QuestionClient & Pick<PassThrough, "questionUnchecked"> {
  async function send(question: Question, input: unknown, timeoutMs = questionTimeoutMs): Promise<unknown> {
    const body = encode(toEnvelope(question, input), question);
    try {
      const message = await wire.request(subjects.question(question), body, { timeoutMs });
      const answer = parseMessage(Answer, readJson(message.data, question), `answer to ${question}`);
      if (!answer.ok) throw toDockfraError(answer.error);
      return parseMessage(questions[question].output, answer.data, `answer to ${question}`);
    } catch (error) {
      if (!hasCode(error, "no_responder")) throw error;
      const worker = answererOf(question);
      throw unavailable(
        `${worker}_down`,
        `"${worker}" does not answer ${question}. Start it, then try again.`,
        { params: { question }, cause: error },
      );
    }
  }
  return {
    async question(question, input, { timeoutMs } = {}) {
      refuseUnknown(principal, question);
      if (!capabilities[principal].questions.includes(question)) throw notAllowed(principal, question);
      parseMessage(questions[question].input, input, question);
      return (await send(question, input, timeoutMs)) as QuestionOutput<typeof question>;
    },
    async questionUnchecked(question, input, { timeoutMs } = {}) {
      refuseUnknown(principal, question);
      try {
        return await send(question, input, timeoutMs);
      } catch (error) {
        throw hasCode(error, "bus_denied") ? notAllowed(principal, question, error) : error;
      }
    },
  };
}

function refuseUnknown(principal: Principal, question: string): asserts question is Question {
  if (Object.hasOwn(questions, question)) return;
  throw invalidInput("question_unknown", `No question "${question}". See the capability table.`, {
    params: { principal, question },
  });
}

function notAllowed(principal: Principal, question: Question, cause?: unknown): Error {
  return denied("not_allowed", `"${principal}" may not ask ${question}. Ask as a principal that may.`, {
    params: { principal, question },
    cause,
  });
}

/** Makes one worker's way to answer questions. */
export function createQuestionServer(wire: Wire, subjects: Subjects, principal: Principal): QuestionServer {
  return {
    async serveQuestion(question, handle, signal) {
      if (principal !== answererOf(question)) {
        throw denied(
          "not_allowed",
          `"${principal}" may not answer ${question}; "${answererOf(question)}" does.`,
          {
            params: { principal, question },
          },
        );
      }
      const answer = async (body: Uint8Array): Promise<string> => {
        let correlationId: string | undefined;
        try {
          const envelope = parseMessage(Envelope, readJson(body, question), question);
          correlationId = envelope.correlationId;
          const data = await handle(parseMessage(questions[question].input, envelope.data, question));
          return encode({ ok: true, data } satisfies Answer, question);
        } catch (error) {
          return encode(failedAnswer(error, wire.log, { question, correlationId }), question);
        }
      };
      const subject = subjects.question(question);
      await listen(
        wire,
        subject,
        signal,
        ({ reply, data }) => {
          if (!isReplySubject(reply)) return;
          void answer(data).then((text) => {
            if (wire.isUp()) wire.nc.publish(reply, text);
          });
        },
        { queue: "answerers" },
      );
    },
  };
}
