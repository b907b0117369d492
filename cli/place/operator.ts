import { userInfo } from "node:os";
import type { Actor } from "../../bus/messages/principals.ts";
import { ticketId, ticketNumber } from "../../bus/kernel/ids.ts";
import { invalidInput } from "../../bus/kernel/errors.ts";

/** The person at this terminal. */
export function currentActor(): Actor {
  return { kind: "human", id: loginName(), trusted: true };
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    // a container's user may have no name in passwd
    if (error instanceof Error) return `uid-${process.getuid?.() ?? 0}`;
    throw error;
  }
}

/** Reads a ticket's id as people type it: `T-0001`, `t-1` or `1`. @throws `ticket_id_invalid` */
export function parseTicketId(value: string): string {
  const digits = /^(?:[tT]-)?(\d{1,9})$/.exec(value.trim())?.[1];
  const id = digits === undefined ? undefined : ticketId(Number(digits));
  if (id !== undefined && ticketNumber(id)) return id;
  throw invalidInput(
    "ticket_id_invalid",
    `"${value.slice(0, 60)}" is no ticket's id. Write it as T-0001; "dockfra ticket list" has them all.`,
    {
      params: { id: value.slice(0, 60) },
    },
  );
}
