import { expect, test } from "vitest";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { createMemoryBus } from "../../../bus/memory/bus.ts";
import type { ClientBus } from "../../../bus/ports/bus.ts";
import { submitTicket } from "../../../cli/tickets/create.ts";
import { readHistory } from "../../../cli/tickets/show.ts";
import { toTimeline, type TimelineEntry } from "../../../cli/tickets/timeline.ts";
import { followTicket } from "../../../cli/tickets/wait.ts";
import { runOrchestrator } from "../../../orchestrator/main.ts";

/** An orchestrator on a bus in this process, without any worker: tickets stay where people put them. */
async function withOrchestrator(use: (bus: ClientBus) => Promise<void>): Promise<void> {
  await using memory = createMemoryBus();
  const stop = new AbortController();
  const { promise: ready, resolve: onReady } = Promise.withResolvers<void>();
  const running = runOrchestrator({
    bus: memory.core(),
    stateDir: ":memory:",
    instance: "o",
    log: silentLogger,
    signal: stop.signal,
    onReady,
  });
  await ready;
  try {
    await use(memory.client("operator"));
  } finally {
    stop.abort();
    await running;
  }
}

test("every step is told once, in order, until the ticket rests", async () => {
  await withOrchestrator(async (bus) => {
    const { id } = await submitTicket(bus, { title: "T" });
    const told: TimelineEntry[] = [];
    const following = followTicket(bus, id, {
      signal: AbortSignal.timeout(8_000),
      onEntry: (entry) => told.push(entry),
    });
    await bus.ask("ticket.pause", { id });
    await bus.ask("ticket.resume", { id });
    await bus.ask("ticket.cancel", { id });
    expect(await following).toMatchObject({ ended: true, ticket: { id, state: "cancelled" } });
    expect(told.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    expect(told.map(({ state }) => state)).toEqual(["open", "paused", "open", "cancelled"]);
    expect(told.map(({ sentence }) => sentence)).toEqual([
      expect.stringMatching(/^created by /),
      expect.stringMatching(/^paused by /),
      expect.stringMatching(/^resumed by /),
      expect.stringMatching(/^cancelled by /),
    ]);
  });
});

test("it ends in the wanted state, even one that was passed before the wait began", async () => {
  await withOrchestrator(async (bus) => {
    const { id } = await submitTicket(bus, { title: "T" });
    await bus.ask("ticket.pause", { id });
    await bus.ask("ticket.resume", { id });
    const result = await followTicket(bus, id, {
      signal: AbortSignal.timeout(8_000),
      wanted: "paused",
      onEntry: () => undefined,
    });
    expect(result.ended).toBe(true);
  });
});

test("a wanted state that was passed before the story began again does not count", async () => {
  await withOrchestrator(async (bus) => {
    const { id } = await submitTicket(bus, { title: "T" });
    await bus.ask("ticket.pause", { id });
    await bus.ask("ticket.cancel", { id });
    await bus.ask("ticket.reopen", { id });
    const options = { signal: AbortSignal.timeout(8_000), timeoutMs: 300, onEntry: () => undefined };
    expect(await followTicket(bus, id, { ...options, wanted: "paused" })).toMatchObject({ ended: false });
    expect(await followTicket(bus, id, { ...options, wanted: "reopened" })).toMatchObject({ ended: true });
  });
});

test("a rest that was left again is none", async () => {
  await withOrchestrator(async (bus) => {
    const { id } = await submitTicket(bus, { title: "T" });
    await bus.ask("ticket.cancel", { id });
    await bus.ask("ticket.reopen", { id });
    const result = await followTicket(bus, id, {
      signal: AbortSignal.timeout(8_000),
      timeoutMs: 300,
      onEntry: () => undefined,
    });
    expect(result).toMatchObject({ ended: false, ticket: { state: "reopened" } });
  });
});

test("out of time it says so", async () => {
  await withOrchestrator(async (bus) => {
    const { id } = await submitTicket(bus, { title: "T" });
    const result = await followTicket(bus, id, {
      signal: AbortSignal.timeout(8_000),
      timeoutMs: 300,
      pollMs: 50,
      onEntry: () => undefined,
    });
    expect(result).toMatchObject({ ended: false, ticket: { state: "open" } });
  });
});

test("an unknown ticket is refused", async () => {
  await withOrchestrator(async (bus) => {
    const options = { signal: AbortSignal.timeout(8_000), onEntry: () => undefined };
    await expect(followTicket(bus, "T-0404", options)).rejects.toMatchObject({ code: "ticket_unknown" });
  });
});

test("text of others cannot reach the terminal as control codes", async () => {
  await withOrchestrator(async (bus) => {
    const { id } = await submitTicket(bus, { title: "T" });
    await bus.ask("ticket.comment", { id, text: { head: "\u001b[2Jgone\nnext" }, author: "x" });
    const sentence = toTimeline(await readHistory(bus, id)).at(-1)?.sentence;
    expect(sentence).toMatch(/commented: ␛\[2Jgone next$/);
  });
});

test("a long story is read whole, page by page", { timeout: 30_000 }, async () => {
  await withOrchestrator(async (bus) => {
    const { id } = await submitTicket(bus, { title: "T" });
    for (let number = 1; number <= 120; number++)
      await bus.ask("ticket.comment", { id, text: { head: String(number) } });
    const records = await readHistory(bus, id);
    expect(records.map(({ version }) => version)).toEqual(
      Array.from({ length: 121 }, (_, index) => index + 1),
    );
  });
});
