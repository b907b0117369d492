import { invalidInput } from "../../bus/kernel/errors.ts";
import { intents, type Intent } from "../../bus/messages/intents.ts";
import type { Principal } from "../../bus/messages/principals.ts";
import { questions, type Question } from "../../bus/messages/questions.ts";
import { createSubjects } from "../../bus/subjects.ts";

const kinds = ["do", "ask", "flow", "cmd", "done", "timer", "fired", "feed", "watch", "dead", "beat"];

/**
 * Completes what a person typed to a subject: an intent or a question by its name, as `ticket.approve`; a subject of ours
 * without its prefix, as `feed.>`. Any other subject stays as it is.
 * @throws `subject_invalid`
 */
export function toSubject(typed: string, principal: Principal, prefix: string): string {
  // the server knows no empty token, no white space, and wildcards only as whole tokens; ">" only at the end
  const valid = typed
    .split(".")
    .every(
      (token, index, all) =>
        /^(?:[^\s*>\p{Cc}]+|\*)$/u.test(token) || (token === ">" && index === all.length - 1),
    );
  if (!valid)
    throw invalidInput(
      "subject_invalid",
      `"${typed}" is no subject. Write words with dots between them, as do.operator.ticket-list, or the name of an intent, as ticket.list.`,
      { params: { subject: typed } },
    );
  const subjects = createSubjects(prefix);
  if (Object.hasOwn(intents, typed)) return subjects.intent(principal, typed as Intent);
  if (Object.hasOwn(questions, typed)) return subjects.question(typed as Question);
  const [first = "", ...rest] = typed.split(".");
  if (first === prefix || !kinds.includes(first)) return typed;
  return [prefix, first, ...rest].join(".");
}
