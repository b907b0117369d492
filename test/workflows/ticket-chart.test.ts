import { beforeAll, describe, expect, test } from "vitest";
import { ticketIntents } from "../../bus/messages/intents.ts";
import { refuseTicket } from "../../workflows/ticket/refusals.ts";
import { createTicketContext } from "../../workflows/ticket/context.ts";
import { begin } from "./support/run.ts";
import { explore, type Exploration, type World } from "./support/explorer.ts";
import { createTicketWorld } from "./support/ticket-world.ts";
import { gapsOf } from "./support/coverage.ts";

describe("the ticket chart, every event in every state", () => {
  let world: World;
  let found: Exploration;
  beforeAll(() => {
    world = createTicketWorld();
    found = explore(world);
  }, 120_000);

  test("keeps every rule of a flow", () => expect(found.faults).toEqual([]));
  test("visits every state, takes every transition, sees every guard say yes and no", () => {
    expect(gapsOf(world.probe)).toEqual([]);
  });
  test("leaves no event untaken but those that no state may take", () => {
    expect(found.neverTaken).toEqual([
      "approved stale",
      "level raised by a role",
      "live, other round",
      "deploy failed, other round",
      "released, other round",
      "restored, other round",
    ]);
  });

  test("names the states of each verb in its refusals as the chart has them", () => {
    for (const verb of Object.keys(ticketIntents)) {
      if (["ticket.create", "ticket.comment", "ticket.preview"].includes(verb)) continue;
      const states = refusedWith(world, verb).params.states;
      const takers = [...(found.takers.get(verb) ?? [])].filter(
        (state) => verb !== "ticket.update" || isFree(state),
      );
      expect([verb, ...String(states).split(", ").toSorted()]).toEqual([verb, ...takers.toSorted()]);
    }
  });
});

/** A change of the text is not taken on the way from approval to merge; other changes are, everywhere. */
function isFree(state: string): boolean {
  return !["deploying", "verifying", "merging", "restoring"].includes(state);
}

/** The refusal of a verb by a state that takes none but comments. */
function refusedWith({ flow, ref, first }: World, verb: string) {
  const [{ event } = { event: { type: "" } }] = first;
  const run = begin(flow, ref, event);
  if (!run) throw new Error("A ticket begins with its first event.");
  const restoring = { ...run.snapshot, value: "restoring" };
  expect(run.snapshot.context).toEqual(createTicketContext({ ...event, id: ref.id } as never));
  return refuseTicket(restoring, { type: verb, title: "x" });
}
