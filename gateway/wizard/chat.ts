import { TicketId } from "../../bus/messages/ticket.ts";
import type { Action } from "./reply.ts";

/** Words that mean an action, whatever stands around them; the first that fits counts. */
const meanings: readonly (readonly [pattern: RegExp, action: string])[] = [
  [/^(?:hi|hello|hey|start|help|home)\b/i, "welcome"],
  [/\b(?:new|create|add|open)\b.*\bticket\b/i, "ticket_create_wizard"],
  [/\b(?:approve|review|tickets?)\b/i, "tickets_review"],
  [/\b(?:settings?|variables?|env|configure|keys?)\b/i, "settings"],
  [/\blogs?\b/i, "pick_logs"],
  [/\b(?:stats|statistics|numbers)\b/i, "project_stats"],
  [/\b(?:status|health|running|stacks?|containers?|ports?)\b/i, "status"],
];

/** Answers free text with what can be looked up; a model is not asked. */
export const answerChat: Action = async ({ args: [text = ""], t, say, goTo }) => {
  const id = /\bT-\d{4,9}\b/i.exec(text)?.[0]?.toUpperCase();
  if (id !== undefined && TicketId.safeParse(id).success) return goTo(`show_ticket::${id}`);
  // an unknown action looks like one
  if (/^[a-z][a-z0-9_]{2,60}(?:::|$)/.test(text) && text.includes("_")) {
    say(t("wizard.action_unknown", { action: text.slice(0, 60) }));
    return goTo("menu");
  }
  const meant = meanings.find(([pattern]) => pattern.test(text));
  if (meant) return goTo(meant[1]);
  say(t("wizard.chat_unknown"));
  return goTo("menu");
};

/** Says of an action of the predecessor that it is not there yet, and what to use instead. */
export function explainLater(name: string): Action {
  return ({ t, say }) => say(t("wizard.later", { action: name }));
}
