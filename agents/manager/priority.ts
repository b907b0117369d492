import { priorities, type Priority } from "../../bus/messages/ticket.ts";

const words: readonly (readonly [Priority, RegExp])[] = [
  [
    "critical",
    /\b(?:outage|data loss|security hole|vulnerability|breach|leak(?:s|ed)? (?:secrets?|passwords?|tokens?)|production (?:is )?down|site (?:is )?down)\b/iu,
  ],
  [
    "high",
    /\b(?:crash(?:es|ed|ing)?|security|urgent(?:ly)?|broken for everyone|cannot (?:log ?in|pay|order))\b/iu,
  ],
];

/** The priority that a ticket's words ask for; never lower than the one that it was given. */
export function priorityOf(text: string, given: Priority): Priority {
  const found = words.find(([, pattern]) => pattern.test(text))?.[0] ?? "low";
  return priorities.indexOf(found) > priorities.indexOf(given) ? found : given;
}
