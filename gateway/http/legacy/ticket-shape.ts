import type { TicketStatus, TicketView } from "../../../bus/messages/ticket.ts";
import type { TextReader } from "../../tickets/texts.ts";

/** A ticket as the predecessor's clients know it; `state` and what follows are ours. */
export interface LegacyTicket {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly status: TicketStatus;
  readonly priority: string;
  readonly assigned_to: string;
  readonly labels: readonly string[];
  readonly created_by: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly comments: readonly {
    readonly author: string;
    readonly text: string;
    readonly timestamp: string;
  }[];
  readonly github_issue_number: number | null;
  readonly state: string;
  readonly url: string | null;
}

/** Writes a time as ISO 8601 with an offset in digits, which older parsers want. */
export function toIsoTime(atMs: number): string {
  return new Date(atMs).toISOString().replace("Z", "+00:00");
}

/** Shows a ticket in the predecessor's shape, its texts whole. */
export async function toLegacyTicket(view: TicketView, texts: TextReader): Promise<LegacyTicket> {
  const comments = await Promise.all(
    view.comments.map(async ({ author, text, atMs }) => ({
      author,
      text: await texts.whole(text),
      timestamp: toIsoTime(atMs),
    })),
  );
  return {
    id: view.id,
    title: view.title,
    description: await texts.whole(view.description),
    status: view.status,
    priority: view.priority,
    assigned_to: view.assignedTo ?? "",
    labels: view.labels,
    created_by: view.createdBy,
    created_at: toIsoTime(view.createdAtMs),
    updated_at: toIsoTime(view.updatedAtMs),
    comments,
    github_issue_number: null,
    state: view.state,
    url: view.url ?? null,
  };
}
