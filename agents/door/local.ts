import type { Intent, IntentAnswer } from "../../bus/messages/intents.ts";
import type { Question, QuestionOutput } from "../../bus/messages/questions.ts";
import type { Door } from "../shell/door.ts";
import { doRequest, type DoorServices } from "./requests.ts";

/** Makes the door for commands that run inside the agent itself: the same requests, without a socket. */
export function createLocalDoor(services: DoorServices, signal: AbortSignal): Door {
  const silent = { line: () => undefined, item: () => undefined };
  return {
    ask: (verb, input, { key } = {}) =>
      doRequest(
        services,
        { id: 0, do: "ask", verb, input, ...(key === undefined ? {} : { key }) },
        silent,
        signal,
      ) as Promise<IntentAnswer<typeof verb & Intent>>,
    question: (question, input) =>
      doRequest(services, { id: 0, do: "question", question, input }, silent, signal) as Promise<
        QuestionOutput<typeof question & Question>
      >,
    async watch(onEntry, until) {
      const both = AbortSignal.any([until, signal]);
      await doRequest(services, { id: 0, do: "watch" }, { ...silent, item: onEntry }, both);
    },
    perform: (name, input, { onLine = silent.line, signal: own } = {}) =>
      doRequest(
        services,
        { id: 0, do: "perform", name, input },
        { ...silent, line: onLine },
        own ? AbortSignal.any([own, signal]) : signal,
      ),
  };
}
