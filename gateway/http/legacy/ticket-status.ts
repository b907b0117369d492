import { conflict } from "../../../bus/kernel/errors.ts";
import type { IntentInput } from "../../../bus/messages/intents.ts";
import { inlineText } from "../../../bus/messages/text.ts";
import type { TicketStatus, TicketView } from "../../../bus/messages/ticket.ts";

/** The intent that a new status stands for. */
export type StatusChange =
  | {
      readonly verb: "ticket.assign" | "ticket.resume" | "ticket.cancel" | "ticket.reopen";
      readonly input: { id: string };
    }
  | { readonly verb: "ticket.approve"; readonly input: IntentInput<"ticket.approve"> }
  | { readonly verb: "ticket.reject"; readonly input: IntentInput<"ticket.reject"> };

/**
 * Reads what a client of the predecessor wants by setting a status; nothing where the ticket has it already.
 * A status that only the crew can bring about is refused.
 * @throws `status_not_settable`
 */
export function toStatusChange(ticket: TicketView, status: TicketStatus): StatusChange | undefined {
  const { id, state, approvalHash } = ticket;
  if (status === ticket.status) return undefined;
  if (state === "approving" && (status === "done" || status === "closed"))
    return { verb: "ticket.approve", input: { id, ...(approvalHash === undefined ? {} : { approvalHash }) } };
  if (state === "approving" && (status === "in_progress" || status === "open"))
    return {
      verb: "ticket.reject",
      input: { id, reasons: [`Set back to ${status}`], note: inlineText(`status ${status}`) },
    };
  if (ticket.status === "closed" && (status === "open" || status === "in_progress"))
    return { verb: "ticket.reopen", input: { id } };
  if (status === "closed") return { verb: "ticket.cancel", input: { id } };
  if (status === "in_progress" && ticket.status === "open") return { verb: "ticket.assign", input: { id } };
  throw conflict(
    "status_not_settable",
    `${id} is ${ticket.status} (${state}), and "${status}" comes about by the crew's work, not by hand.`,
    { params: { ticket: id, state, status, now: ticket.status } },
  );
}
