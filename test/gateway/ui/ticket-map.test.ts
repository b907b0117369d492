import { expect, test } from "vitest";
import type { TicketView } from "../../../bus/messages/ticket.ts";
import {
  listTickets,
  takeSnapshot,
  takeTickets,
  type TicketMap,
} from "../../../gateway/ui/src/live/ticket-map.ts";
import { ticket } from "./support/ticket.ts";

const none: TicketMap = new Map();
const known = (...tickets: TicketView[]): TicketMap => takeTickets(none, tickets);

test("an older version never replaces a newer one", () => {
  const map = known(ticket({ version: 5, title: "new" }));
  expect(takeTickets(map, [ticket({ version: 4, title: "old" })])).toBe(map);
  expect(takeTickets(map, [ticket({ version: 6, title: "newer" })]).get("T-0001")?.title).toBe("newer");
});

test("a snapshot replaces everything that did not change while it was on its way", () => {
  const before = known(
    ticket({ id: "T-0001", version: 9, title: "of a store that was lost" }),
    ticket({ id: "T-0002" }),
  );
  const now = takeTickets(before, [ticket({ id: "T-0003", version: 2, title: "arrived meanwhile" })]);
  const next = takeSnapshot(
    now,
    [ticket({ id: "T-0001", version: 3, title: "what the server has" }), ticket({ id: "T-0003" })],
    before,
  );
  expect([...next.keys()].toSorted()).toEqual(["T-0001", "T-0003"]);
  expect(next.get("T-0001")?.title).toBe("what the server has");
  expect(next.get("T-0003")?.title).toBe("arrived meanwhile");
});

test("the list is newest first", () => {
  const map = known(
    ticket({ id: "T-0001", updatedAtMs: 5 }),
    ticket({ id: "T-0002", updatedAtMs: 9 }),
    ticket({ id: "T-0003", updatedAtMs: 5 }),
  );
  expect(listTickets(map).map(({ id }) => id)).toEqual(["T-0002", "T-0003", "T-0001"]);
});
