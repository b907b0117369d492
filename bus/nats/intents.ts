import type { Msg } from "@nats-io/nats-core";
import { capabilities } from "../capabilities.ts";
import { denied, invalidInput, toDockfraError, unavailable } from "../kernel/errors.ts";
import { encode, parseMessage } from "../codec.ts";
import { Envelope, toEnvelope } from "../messages/envelope.ts";
import { Answer, answerSchema, intents, type Intent, type IntentAnswer } from "../messages/intents.ts";
import { Principal } from "../messages/principals.ts";
import type { AskOptions, IntentClient, IntentRequest, IntentServer, PassThrough } from "../ports/intents.ts";
import { parseIntentSubject, type Subjects } from "../subjects.ts";
import { failedAnswer } from "./failed-answer.ts";
import type { Wire } from "./connection.ts";
import { readJson } from "./consume.ts";
import { hasCode } from "./faults.ts";
import { listen } from "./listen.ts";

/** How long a request waits for its answer unless told otherwise. */
const askTimeoutMs = 15_000;

const isIntent = (verb: string): verb is Intent => Object.hasOwn(intents, verb);

function checkGrant(principal: Principal, verb: string): asserts verb is Intent {
  if (!isIntent(verb)) throw verbUnknown(principal, verb);
  if (!capabilities[principal].intents.includes(verb)) throw notAllowed(principal, verb);
}

function verbUnknown(principal: Principal, verb: string): Error {
  return invalidInput("verb_unknown", `No verb "${verb}". See the capability table.`, {
    params: { principal, verb },
  });
}

function notAllowed(principal: Principal, verb: string, cause?: unknown): Error {
  return denied("not_allowed", `"${principal}" may not ask for ${verb}. Ask as a principal that may.`, {
    params: { principal, verb },
    cause,
  });
}

/** Makes one principal's way to ask the orchestrator; a lost connection is waited for, with the same id. */
export function createIntentClient(
  wire: Wire,
  subjects: Subjects,
  principal: Principal,
): IntentClient & Pick<PassThrough, "askUnchecked"> {
  async function send(verb: Intent, input: unknown, options: AskOptions): Promise<unknown> {
    const { id, actor, timeoutMs = askTimeoutMs, signal } = options;
    const body = encode(
      toEnvelope(verb, input, { ...(id ? { id } : {}), ...(actor ? { actor } : {}) }),
      verb,
    );
    const subject = subjects.intent(principal, verb);
    const message = await requestUntil(wire, subject, body, Date.now() + timeoutMs, signal);
    const answer = parseMessage(Answer, readJson(message.data, `answer to ${verb}`), `answer to ${verb}`);
    if (!answer.ok) throw toDockfraError(answer.error);
    return parseMessage(answerSchema(verb), answer.data, `answer to ${verb}`);
  }
  return {
    principal,
    async ask(verb, input, options = {}) {
      options.signal?.throwIfAborted();
      checkGrant(principal, verb);
      parseMessage(intents[verb], input, verb);
      return (await send(verb, input, options)) as IntentAnswer<typeof verb>;
    },
    async askUnchecked(verb, input, options = {}) {
      options.signal?.throwIfAborted();
      if (!isIntent(verb)) throw verbUnknown(principal, verb);
      try {
        return await send(verb, input, options);
      } catch (error) {
        throw hasCode(error, "bus_denied") ? notAllowed(principal, verb, error) : error;
      }
    },
  };
}

async function requestUntil(
  wire: Wire,
  subject: string,
  body: string,
  deadline: number,
  signal?: AbortSignal,
): Promise<Msg> {
  for (;;) {
    try {
      await wire.whenUp(Math.max(0, deadline - Date.now()), signal);
      const timeoutMs = Math.max(1, deadline - Date.now());
      return await wire.request(subject, body, { timeoutMs, ...(signal ? { signal } : {}) });
    } catch (error) {
      if (hasCode(error, "no_responder")) {
        throw unavailable(
          "orchestrator_down",
          "The orchestrator does not answer. Start it, then try again.",
          { cause: error },
        );
      }
      if (!hasCode(error, "bus_down") || Date.now() >= deadline || wire.nc.isClosed()) throw error;
    }
  }
}

/** Whether a reply goes back to another account, as all that ask do: any other subject would let an asker write through us. */
export function isReplySubject(reply: string | undefined): reply is string {
  return reply?.startsWith("_R_.") ?? false;
}

/** Makes the orchestrator's side of intents, in a queue group with its like. */
export function createIntentServer(wire: Wire, subjects: Subjects): IntentServer {
  const verbs = new Map(
    (Object.keys(intents) as Intent[]).map((verb) => [
      subjects.intent("orchestrator", verb).split(".")[3],
      verb,
    ]),
  );

  function readRequest(message: Msg): IntentRequest {
    const parts = parseIntentSubject(message.subject);
    const principal = parseMessage(Principal, parts?.principal, "intent");
    const verb = verbs.get(parts?.token) ?? parts?.token ?? "";
    checkGrant(principal, verb);
    const envelope = parseMessage(Envelope, readJson(message.data, verb), verb);
    return { principal, verb, envelope, input: parseMessage(intents[verb], envelope.data, verb) };
  }

  async function answer(message: Msg, handle: (request: IntentRequest) => Promise<Answer>): Promise<string> {
    let request: IntentRequest | undefined;
    try {
      request = readRequest(message);
      return encode(await handle(request), "answer");
    } catch (error) {
      const { verb, envelope } = request ?? {};
      const about = { verb, correlationId: envelope?.correlationId };
      return encode(failedAnswer(error, wire.log, about), "answer");
    }
  }

  return {
    async serveIntents(handle, signal) {
      const inHand = new Set<Promise<void>>();
      await listen(
        wire,
        subjects.allIntents,
        signal,
        (message) => {
          const { reply } = message;
          if (!isReplySubject(reply)) {
            wire.log.warn(
              { subject: message.subject, reply },
              "left an intent without an answer: its reply is no inbox",
            );
            return;
          }
          const work: Promise<void> = answer(message, handle).then((text) => {
            inHand.delete(work);
            if (wire.isUp()) wire.nc.publish(reply, text);
          });
          inHand.add(work);
        },
        { queue: "orchestrators" },
      );
      await Promise.all(inHand);
    },
  };
}
