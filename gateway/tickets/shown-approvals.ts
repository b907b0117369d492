import type { TicketView } from "../../bus/messages/ticket.ts";

/** What people were shown of tickets that wait for an approval, so that a button approves just that. */
export interface ShownApprovals {
  remember(ticket: TicketView): void;
  of(id: string): string | undefined;
}

const kept = 500;

/** Makes an empty memory. */
export function createShownApprovals(): ShownApprovals {
  const hashes = new Map<string, string>();
  return {
    remember({ id, approvalHash }) {
      hashes.delete(id);
      if (approvalHash !== undefined) hashes.set(id, approvalHash);
      const [oldest] = hashes.keys();
      if (hashes.size > kept && oldest !== undefined) hashes.delete(oldest);
    },
    of: (id) => hashes.get(id),
  };
}
