import { capabilities } from "../capabilities.ts";
import type { Clock } from "../kernel/clock.ts";
import { denied, invalidInput, toDockfraError, toErrorInfo, unavailable } from "../kernel/errors.ts";
import { toEnvelope } from "../messages/envelope.ts";
import {
  Answer,
  answerSchema,
  intents,
  type Intent,
  type IntentAnswer,
  type IntentInput,
} from "../messages/intents.ts";
import type { Principal } from "../messages/principals.ts";
import type { AskOptions, IntentRequest, IntentServer } from "../ports/intents.ts";
import { aborted } from "./connection.ts";
import { carry, parseAnswer, parseMessage } from "../codec.ts";
import { within } from "./within.ts";

/** How long a request waits for its answer unless told otherwise. */
const askTimeoutMs = 15_000;

type Handle = (request: IntentRequest) => Promise<Answer>;

/** Where requests meet the orchestrators that serve them. */
export interface IntentHub extends IntentServer {
  ask<V extends Intent>(
    principal: Principal,
    verb: V,
    input: IntentInput<V>,
    options?: AskOptions,
  ): Promise<IntentAnswer<V>>;
}

const isIntent = (verb: string): verb is Intent => Object.hasOwn(intents, verb);

function checkGrant(principal: Principal, verb: string): void {
  const params = { principal, verb };
  if (!isIntent(verb))
    throw invalidInput("verb_unknown", `No verb "${verb}". See the capability table.`, { params });
  if (capabilities[principal].intents.includes(verb)) return;
  throw denied("not_allowed", `"${principal}" may not ask for ${verb}. Ask as a principal that may.`, {
    params,
  });
}

/** Makes the hub of one memory bus; its servers share the requests in turn. */
export function createIntentHub(clock: Clock): IntentHub {
  const servers = new Set<{ handle: Handle; inHand: Set<Promise<unknown>> }>();

  const answer = async (request: IntentRequest): Promise<Answer> => {
    const [server] = servers;
    if (!server)
      throw unavailable("orchestrator_down", "The orchestrator does not answer. Start it, then try again.");
    servers.delete(server);
    servers.add(server);
    const work = server
      .handle(request)
      .catch((error: unknown) => ({ ok: false as const, error: toErrorInfo(error) }));
    server.inHand.add(work);
    const given = await work;
    server.inHand.delete(work);
    return parseAnswer(Answer, carry(given, request.verb), request.verb);
  };

  return {
    async serveIntents(handle, signal) {
      if (signal.aborted) return;
      const server = { handle, inHand: new Set<Promise<unknown>>() };
      servers.add(server);
      await aborted(signal);
      servers.delete(server);
      await Promise.all(server.inHand);
    },
    async ask<V extends Intent>(
      principal: Principal,
      verb: V,
      input: IntentInput<V>,
      options: AskOptions = {},
    ) {
      options.signal?.throwIfAborted();
      checkGrant(principal, verb);
      const { id, actor } = options;
      const sent = toEnvelope(verb, input, {
        ...(id && { id }),
        ...(actor && { actor }),
        atMs: clock.nowMs(),
      });
      const envelope = carry(sent, verb);
      const request = { principal, verb, input: parseMessage(intents[verb], envelope.data, verb), envelope };
      const given = await within(answer(request), { timeoutMs: askTimeoutMs, ...options, name: verb });
      if (!given.ok) throw toDockfraError(given.error);
      return parseAnswer(answerSchema(verb), given.data, verb) as IntentAnswer<V>;
    },
  };
}
