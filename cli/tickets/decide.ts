import type { Invocation } from "../invocation.ts";
import { inlineText } from "../../bus/messages/text.ts";
import { withOperator } from "../place/connection.ts";
import { currentActor, parseTicketId } from "../place/operator.ts";
import { reportChange } from "./answer.ts";

interface NoteOptions {
  readonly note?: string;
}
const noteOf = ({ note }: NoteOptions) => (note === undefined ? {} : { note: inlineText(note) });

/** `ticket approve`: binds the approval to what the ticket is now, so that a change in between is refused. */
export async function approveTicket(invocation: Invocation<NoteOptions>, id: string): Promise<void> {
  const ticket = parseTicketId(id);
  const changed = await withOperator(invocation, async (bus) => {
    const { approvalHash } = await bus.ask("ticket.show", { id: ticket });
    const bound = approvalHash === undefined ? {} : { approvalHash };
    return bus.ask(
      "ticket.approve",
      { id: ticket, ...bound, ...noteOf(invocation.options) },
      { actor: currentActor() },
    );
  });
  reportChange(invocation.screen, changed, "approved");
}

/** `ticket reject`. */
export async function rejectTicket(
  invocation: Invocation<NoteOptions & { readonly reason: readonly string[] }>,
  id: string,
): Promise<void> {
  const ticket = parseTicketId(id);
  const { reason } = invocation.options;
  const changed = await withOperator(invocation, (bus) =>
    bus.ask(
      "ticket.reject",
      { id: ticket, reasons: [...reason], ...noteOf(invocation.options) },
      { actor: currentActor() },
    ),
  );
  reportChange(invocation.screen, changed, "rejected, back to work");
}

const done = {
  assign: "assigned",
  pause: "paused",
  resume: "resumed",
  cancel: "cancelled",
  reopen: "reopened",
} as const;

/** `ticket assign|pause|resume|cancel|reopen`. */
export function moveTicket(verb: keyof typeof done) {
  return async (invocation: Invocation<NoteOptions>, id: string): Promise<void> => {
    const ticket = parseTicketId(id);
    const changed = await withOperator(invocation, (bus) =>
      bus.ask(`ticket.${verb}`, { id: ticket, ...noteOf(invocation.options) }, { actor: currentActor() }),
    );
    reportChange(invocation.screen, changed, done[verb]);
  };
}
