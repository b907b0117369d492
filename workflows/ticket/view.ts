import type { FlowRecord } from "../../bus/messages/flow.ts";
import { statusOfState, type TicketState, type TicketView } from "../../bus/messages/ticket.ts";
import { approvalHash, type TicketContext } from "./context.ts";

/** The state that people see: the top level of the chart's value. */
export function ticketState(value: unknown): TicketState {
  return (typeof value === "string" ? value : Object.keys(value as object)[0]) as TicketState;
}

/** Shows a ticket's last record as the wire's ticket. */
export function toTicketView(record: FlowRecord): TicketView {
  const context = record.snapshot.context as TicketContext;
  const state = ticketState(record.snapshot.value);
  const { id, title, description, priority, author, autonomy, reworks, createdAtMs } = context;
  const hash = state === "approving" ? approvalHash(context) : undefined;
  return {
    id,
    title,
    description,
    state,
    status: statusOfState[state],
    priority,
    labels: [...context.labels],
    createdBy: author.id,
    createdAtMs,
    updatedAtMs: record.atMs,
    version: record.version,
    author,
    autonomy,
    checks: [...context.checks],
    comments: [...context.comments],
    reworks,
    reasons: [...context.reasons],
    evidence: [...context.evidence],
    ...(context.assignedTo ? { assignedTo: context.assignedTo } : {}),
    ...(context.repo ? { repo: context.repo } : {}),
    ...(context.stack ? { stack: context.stack } : {}),
    ...(context.work ? { work: context.work } : {}),
    ...(context.blocked ? { blocked: context.blocked } : {}),
    ...(hash ? { approvalHash: hash } : {}),
    ...(context.url ? { url: context.url } : {}),
    ...(context.previewUrl ? { previewUrl: context.previewUrl } : {}),
    ...(context.mergedCommit ? { mergedCommit: context.mergedCommit } : {}),
    ...(context.checkoutCommand ? { checkoutCommand: context.checkoutCommand } : {}),
  };
}
