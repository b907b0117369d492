import type { TicketView } from "../../../../bus/messages/ticket.ts";

/** Every ticket that the page knows, by id. */
export type TicketMap = ReadonlyMap<string, TicketView>;

/** Takes changed tickets; an older version never replaces a newer one. */
export function takeTickets(map: TicketMap, changed: readonly TicketView[]): TicketMap {
  const newer = changed.filter((ticket) => ticket.version > (map.get(ticket.id)?.version ?? 0));
  if (newer.length === 0) return map;
  const next = new Map(map);
  for (const ticket of newer) next.set(ticket.id, ticket);
  return next;
}

/** Takes the server's list as it is, but for tickets that changed while it was on its way. */
export function takeSnapshot(map: TicketMap, snapshot: readonly TicketView[], since: TicketMap): TicketMap {
  const next = new Map(snapshot.map((ticket) => [ticket.id, ticket]));
  for (const [id, ticket] of map) {
    const changedMeanwhile = since.get(id) !== ticket;
    if (changedMeanwhile && ticket.version > (next.get(id)?.version ?? 0)) next.set(id, ticket);
  }
  return next;
}

/** Newest first. */
export function listTickets(map: TicketMap): TicketView[] {
  return [...map.values()].toSorted((a, b) => b.updatedAtMs - a.updatedAtMs || b.id.localeCompare(a.id));
}
