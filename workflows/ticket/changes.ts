import type { TicketEvent } from "./events.ts";
import type { TicketContext } from "./context.ts";
import { reworkReasons } from "./reasons.ts";

type EventOf<T extends TicketEvent["type"]> = Extract<TicketEvent, { type: T }>;

/** What one event changes in a ticket. */
export type Change = Partial<TicketContext>;

/** Comments kept with the ticket; older ones stay in its history. */
const keptComments = 20;

/** Adds a comment by whoever spoke. */
export function comment(context: TicketContext, event: EventOf<"ticket.comment">): Change {
  const author = event.author ?? event.by.actor?.id ?? event.by.principal;
  const comments = [...context.comments, { author, text: event.text, atMs: event.atMs }];
  return { comments: comments.slice(-keptComments) };
}

/** Whether an update changes what a person approves: the words, the checks or where it runs. */
export function changesText({ title, description, checks, repo, stack }: EventOf<"ticket.update">): boolean {
  return [title, description, checks, repo, stack].some((value) => value !== undefined);
}

/** Changes what the event names; a change of text or checks voids an approval. */
export function update(context: TicketContext, event: EventOf<"ticket.update">): Change {
  const { title, description, priority, labels, checks, repo, stack, autonomy, assignedTo } = event;
  const given = { title, description, priority, labels, checks, repo, stack, autonomy, assignedTo };
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(named) as Change),
    autonomyChosen: context.autonomyChosen || autonomy !== undefined,
    textVersion: context.textVersion + (changesText(event) ? 1 : 0),
    workIsOld: context.workIsOld === true || description !== undefined || repo !== undefined,
  };
}

/** Takes over what the triage found. */
export function triaged(context: TicketContext, { output }: EventOf<"manager.triage.done">): Change {
  const { title, priority, labels, checks, repo, stack } = output;
  const autonomy = context.autonomyChosen ? context.autonomy : (output.autonomy ?? context.autonomy);
  return { title, priority, labels, checks, repo, stack, autonomy };
}

/** Begins another attempt of the developer, with the reasons. */
export function reworked(context: TicketContext, event: TicketEvent): Change {
  return {
    reworks: context.reworks + 1,
    baseMoves: 0,
    reasons: [...reworkReasons(context, event)],
    approvedHash: undefined,
  };
}

/** Starts the story again with the same text. */
export function reopened(): Change {
  return {
    assignedTo: undefined,
    work: undefined,
    reworks: 0,
    baseMoves: 0,
    reasons: [],
    approvedHash: undefined,
    candidate: undefined,
    url: undefined,
    evidence: [],
    blocked: undefined,
    afterRestore: undefined,
    mergedCommit: undefined,
    checkoutCommand: undefined,
  };
}
