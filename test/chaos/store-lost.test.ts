import { rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { natsLayout } from "../../bus/server/layout.ts";
import { openTickets, waitForEnds } from "./support/driver.ts";
import { startInstallation } from "./support/installation.ts";

test("a store that is lost while everything runs is begun anew, and nothing of the old one is shown", async () => {
  await using house = await startInstallation({ orchestrators: 1, crews: 1, stacks: 2, slowMs: 5 });
  const deadlineMs = Date.now() + 100_000;
  const before = await openTickets(house.operator, { count: 5, overMs: 0, deadlineMs });
  expect(await waitForEnds(house.operator, before, deadlineMs)).toEqual({ closed: 5 });

  await house.nats.kill();
  await rm(natsLayout(house.nats.root).storeDir, { recursive: true, force: true });
  await house.nats.restart();

  const after = await openTickets(house.operator, { count: 2, overMs: 0, deadlineMs });
  expect(await waitForEnds(house.operator, after, deadlineMs)).toEqual({ closed: 2 });
  const { tickets, total } = await house.operator.ask("ticket.list", {});
  expect(total).toBe(2);
  expect(tickets.map(({ title }) => title).toSorted()).toEqual(after.map(({ title }) => title).toSorted());
});
