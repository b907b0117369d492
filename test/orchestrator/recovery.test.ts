import { expect, test } from "vitest";
import { createRegistry } from "../../workflows/registry.ts";
import { createTicketFlow } from "../../workflows/ticket/flow.ts";
import { createDeployFlow } from "../../workflows/deploy/flow.ts";
import { defaultDeployTimeouts } from "../../workflows/deploy/machine.ts";
import { defaultTicketTimeouts } from "../../workflows/ticket/policy.ts";
import { commands } from "../../bus/messages/commands.ts";
import { createHouse, type House } from "./support/house.ts";
import { goodScript } from "./support/scripted-crew.ts";

/** Spreads tickets over stacks, so that lanes work side by side. */
const overStacks = (count: number) => ({
  "manager.triage": (message: Parameters<(typeof goodScript)["manager.triage"]>[0]) => {
    const { ticket } = commands["manager.triage"].input.parse(message.input);
    const stack = `shop-${Number(ticket.id.slice(2)) % count}`;
    return {
      title: ticket.title,
      priority: ticket.priority,
      labels: ticket.labels,
      checks: [],
      repo: stack,
      stack,
      summary: "A change.",
    };
  },
});

async function openTickets(house: House, count: number): Promise<string[]> {
  const made = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      house.operator.ask("ticket.create", { title: `n${n}`, autonomy: "autonomous" }),
    ),
  );
  return made.map(({ id }) => id);
}

async function allClosed(house: House, count: number, withinMs = 25_000): Promise<void> {
  await expect
    .poll(async () => (await house.operator.ask("status.show", {})).tickets, {
      timeout: withinMs,
      interval: 100,
    })
    .toEqual({ closed: count });
}

async function versionsAreWhole(house: House, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const { records } = await house.operator.ask("flow.history", { kind: "ticket", id });
    expect(records.map(({ version }) => version)).toEqual(records.map((_, index) => index + 1));
  }
}

test(
  "two orchestrators share 200 tickets: each closes once, no number twice",
  { timeout: 40_000 },
  async () => {
    const merged: string[] = [];
    await using house = await createHouse({
      script: {
        ...overStacks(20),
        "developer.merge": (message) => {
          merged.push(message.flow.id);
          return goodScript["developer.merge"](message);
        },
      },
    });
    await house.orchestrator();
    const ids = await openTickets(house, 200);
    expect(new Set(ids).size).toBe(200);
    await allClosed(house, 200);
    expect(merged.toSorted()).toEqual(ids.toSorted());
    await versionsAreWhole(house, ids);
    const { deadLetters } = await house.operator.ask("status.show", {});
    expect(deadLetters).toBe(0);
  },
);

test("an orchestrator that stops leaves its tickets to the other one", { timeout: 40_000 }, async () => {
  await using house = await createHouse({ script: overStacks(5) });
  const stop = await house.orchestrator();
  const ids = await openTickets(house, 40);
  await stop();
  await allClosed(house, 40);
  await versionsAreWhole(house, ids);
});

test(
  "work queues that are lost in the middle are filled again from the flows",
  { timeout: 40_000 },
  async () => {
    await using house = await createHouse({ script: overStacks(5) });
    const ids = await openTickets(house, 50);
    house.bus.restart();
    await new Promise((resolve) => setTimeout(resolve, 300));
    house.bus.restart();
    await allClosed(house, 50);
    await versionsAreWhole(house, ids);
  },
);

test("a crew that comes late finds the work waiting", { timeout: 40_000 }, async () => {
  await using house = await createHouse({ script: overStacks(5), crew: false });
  await openTickets(house, 10);
  house.bus.restart();
  house.startCrew();
  await allClosed(house, 10);
});

const short = { ...defaultTicketTimeouts, triageTimeout: 80, decideTimeout: 80 };
const shortRegistry = createRegistry([createTicketFlow(short), createDeployFlow(defaultDeployTimeouts)]);

test("a step that nobody does is blocked by its timer, and goes on when somebody is there", async () => {
  await using house = await createHouse({ crew: false, registry: shortRegistry });
  const { id } = await house.operator.ask("ticket.create", { title: "Nobody is there" });
  const blocked = await house.until(id, "blocked");
  expect(blocked.blocked).toMatchObject({ step: "open", error: { code: "step_timeout" } });
  house.startCrew();
  await house.operator.ask("ticket.resume", { id });
  await house.until(id, "approving");
});

test("a decision that does not come leaves the ticket to a person", async () => {
  await using house = await createHouse({
    registry: shortRegistry,
    script: {
      "autopilot.decide": () =>
        new Promise((resolve) => setTimeout(() => resolve({ decision: "go", reason: "Late." }), 400)),
    },
  });
  const { id } = await house.operator.ask("ticket.create", {
    title: "Slow autopilot",
    autonomy: "autonomous",
  });
  await expect
    .poll(async () => {
      const { records } = await house.operator.ask("flow.history", { kind: "ticket", id });
      return records.at(-1)?.snapshot.value;
    })
    .toEqual({ open: "waiting" });
  await house.operator.ask("ticket.assign", { id });
  await house.until(id, "approving");
});

test("a flow begun with one version of the machine goes on with it under a program that has a newer one", async () => {
  const old = createTicketFlow();
  await using house = await createHouse({ registry: createRegistry([old, createDeployFlow()]) });
  const { id } = await house.operator.ask("ticket.create", { title: "Old" });
  await house.until(id, "approving");
  await house.stopFirst();
  await house.orchestrator(
    "newer",
    createRegistry([old, { ...createTicketFlow(), version: 2 }, createDeployFlow()]),
  );
  await house.operator.ask("ticket.approve", { id });
  await house.until(id, "closed");
  const fresh = await house.operator.ask("ticket.create", { title: "New" });
  await house.until(fresh.id, "approving");
  const machines = async (ticket: string) => {
    const { records } = await house.operator.ask("flow.history", { kind: "ticket", id: ticket });
    return new Set(records.map(({ machine }) => machine));
  };
  expect(await machines(id)).toEqual(new Set([1]));
  expect(await machines(fresh.id)).toEqual(new Set([2]));
});
