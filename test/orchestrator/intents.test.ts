import { expect, test } from "vitest";
import { capabilities } from "../../bus/capabilities.ts";
import { principals, type Actor } from "../../bus/messages/principals.ts";
import { toEnvelope } from "../../bus/messages/envelope.ts";
import type { Intent } from "../../bus/messages/intents.ts";
import { silentLogger } from "../../bus/kernel/log.ts";
import { createClaims } from "../../orchestrator/intake/claims.ts";
import { createIntentIntake } from "../../orchestrator/intake/intents.ts";
import { createPresence } from "../../orchestrator/presence.ts";
import { createQueries } from "../../orchestrator/queries/queries.ts";
import { createTicketNumbers } from "../../orchestrator/ticket-numbers.ts";
import { createViewFollower } from "../../orchestrator/view/follower.ts";
import { createViewReader } from "../../orchestrator/view/reader.ts";
import { openView } from "../../orchestrator/view/schema.ts";
import { createViewWriter } from "../../orchestrator/view/writer.ts";
import { standardRegistry } from "../../workflows/registry.ts";
import { createHouse } from "./support/house.ts";
import { heldClock, runnerUnderTest } from "./support/memory-runner.ts";

const boundless = { require: () => Promise.resolve() };

function desk() {
  const clock = heldClock();
  const { bus, core, runner } = runnerUnderTest({ registry: standardRegistry, clock });
  const db = openView(":memory:");
  const view = createViewReader(db);
  const follower = createViewFollower(core.flows, view, createViewWriter(db), silentLogger);
  const presence = createPresence(clock);
  const queries = createQueries({
    bus: core,
    claims: createClaims(runner, presence),
    presence,
    view,
    catchUp: async () => undefined,
    sinceMs: 0,
  });
  const answer = createIntentIntake({ runner, numbers: createTicketNumbers(view), queries, room: boundless });
  const ask = (
    principal: (typeof principals)[number],
    verb: Intent,
    input: object,
    rest: { id?: string; actor?: Actor } = {},
  ) => answer({ principal, verb, input, envelope: toEnvelope(verb, input, rest) });
  return { bus, core, runner, ask, follower, view };
}

test("who has no grant for a verb is refused, whatever the bus let through", async () => {
  const { ask, core } = desk();
  for (const principal of principals) {
    for (const verb of ["ticket.create", "ticket.approve", "settings.set", "dead.drop"] as const) {
      if (capabilities[principal].intents.includes(verb)) continue;
      expect(await ask(principal, verb, { title: "x" })).toMatchObject({
        ok: false,
        error: { kind: "denied", code: "not_allowed" },
      });
    }
  }
  expect((await core.flows.extent()).lastSeq).toBe(0);
});

test("a role speaks for itself, the gateway and the operator for whom they name", async () => {
  const { ask, core } = desk();
  const outside: Actor = { kind: "github", id: "4711", trusted: false };
  await ask("gateway", "ticket.create", { title: "From GitHub" }, { actor: outside });
  await ask(
    "manager",
    "ticket.create",
    { title: "From the manager" },
    { actor: { kind: "human", id: "root", trusted: true } },
  );
  await ask("operator", "ticket.create", { title: "From the shell" });
  const author = async (id: string) =>
    (await core.flows.last({ kind: "ticket", id }))?.record.snapshot.context;
  expect(await author("T-0001")).toMatchObject({ author: outside });
  expect(await author("T-0002")).toMatchObject({ author: { kind: "role", id: "manager", trusted: true } });
  expect(await author("T-0003")).toMatchObject({ author: { kind: "human", id: "operator", trusted: true } });
});

test("an author cannot be smuggled in with the input", async () => {
  const { ask, core } = desk();
  await ask("manager", "ticket.create", { title: "x", author: { kind: "human", id: "root", trusted: true } });
  const stored = await core.flows.last({ kind: "ticket", id: "T-0001" });
  expect(stored?.record.snapshot.context).toMatchObject({ author: { id: "manager" } });
});

test("a creation repeated later than the log remembers is answered from the read model", async () => {
  const { ask, follower, core } = desk();
  const first = await ask("operator", "ticket.create", { title: "Once" }, { id: "same" });
  const end = new AbortController();
  const run = follower.run(end.signal);
  await follower.catchUp();
  end.abort();
  await run;
  expect(await ask("operator", "ticket.create", { title: "Once" }, { id: "same" })).toEqual(first);
  expect((await core.flows.extent()).lastSeq).toBe(1);
});

test("a creation whose answer was lost is repeated by another orchestrator without a second ticket", async () => {
  const { ask, core, runner } = desk();
  const first = await ask("operator", "ticket.create", { title: "Once" }, { id: "same" });
  // The read model of this one is empty: it proposes the same number, then the next one.
  const db = openView(":memory:");
  const answer = createIntentIntake({
    room: boundless,
    runner,
    numbers: createTicketNumbers(createViewReader(db)),
    queries: { answer: async () => undefined },
  });
  const input = { title: "Once" };
  expect(
    await answer({
      principal: "operator",
      verb: "ticket.create",
      input,
      envelope: toEnvelope("ticket.create", input, { id: "same" }),
    }),
  ).toEqual(first);
  expect((await core.flows.extent()).lastSeq).toBe(1);
});

test("a surprise becomes a coded answer, never a thrown one", async () => {
  const { runner } = desk();
  const answer = createIntentIntake({
    room: boundless,
    runner,
    numbers: { next: () => 1, createdBy: () => undefined },
    queries: { answer: () => Promise.reject(new Error("boom")) },
  });
  const envelope = toEnvelope("ticket.list", {});
  expect(await answer({ principal: "operator", verb: "ticket.list", input: {}, envelope })).toMatchObject({
    ok: false,
    error: { code: "internal" },
  });
});

test("every verb that changes a ticket answers with its id and the next version", async () => {
  await using house = await createHouse({ crew: false });
  const { operator } = house;
  const { id } = await operator.ask("ticket.create", {
    title: "A",
    description: { head: "b" },
    priority: "low",
    labels: ["x"],
  });
  expect(await operator.ask("ticket.update", { id, title: "B", autonomy: "manual" })).toEqual({
    id,
    version: 2,
  });
  expect(await operator.ask("ticket.comment", { id, text: { head: "hm" } })).toEqual({ id, version: 3 });
  expect(await operator.ask("ticket.pause", { id })).toEqual({ id, version: 4 });
  expect(await operator.ask("ticket.resume", { id })).toEqual({ id, version: 5 });
  expect(await operator.ask("ticket.cancel", { id })).toEqual({ id, version: 6 });
  expect(await operator.ask("ticket.reopen", { id })).toEqual({ id, version: 7 });
  expect(await operator.ask("ticket.show", { id })).toMatchObject({
    title: "B",
    autonomy: "manual",
    state: "reopened",
    version: 7,
    comments: [{ author: "operator" }],
  });
  await expect(operator.ask("ticket.assign", { id })).rejects.toMatchObject({ kind: "conflict" });
  await expect(operator.ask("ticket.reject", { id, reasons: ["no"] })).rejects.toMatchObject({
    code: "not_now",
  });
});

test("what reads: list, show, history, lanes, status, feed", async () => {
  await using house = await createHouse();
  const { operator } = house;
  const { id } = await operator.ask("ticket.create", { title: "A", autonomy: "autonomous" });
  await house.until(id, "closed");
  expect(await operator.ask("ticket.list", { state: ["closed"] })).toMatchObject({
    total: 1,
    tickets: [{ id }],
  });
  const page = await operator.ask("flow.history", { kind: "ticket", id, afterVersion: 2, limit: 3 });
  expect(page.records.map(({ version }) => version)).toEqual([3, 4, 5]);
  expect(page.more).toBe(true);
  await expect(operator.ask("flow.history", { kind: "deploy", id: "nowhere" })).rejects.toMatchObject({
    code: "flow_unknown",
  });
  const status = await operator.ask("status.show", {});
  expect(status).toMatchObject({ tickets: { closed: 1 }, deadLetters: 0 });
  expect(status.parts.map(({ part }) => part)).toContain("orchestrator");
  const { items } = await operator.ask("feed.list", {});
  expect(items.map(({ code }) => code)).toContain("ticket_moved");
});

test("what changes no flow: settings, artifacts, dead letters", async () => {
  await using house = await createHouse({ crew: false });
  const { operator } = house;
  expect(await operator.ask("settings.get", { key: "llm.model" })).toEqual({ key: "llm.model" });
  await operator.ask("settings.set", { key: "llm.model", value: "small" });
  expect(await operator.ask("settings.get", { key: "llm.model" })).toEqual({
    key: "llm.model",
    value: "small",
  });
  expect(await operator.ask("dead.list", {})).toEqual({ letters: [] });
  await expect(operator.ask("dead.drop", { seq: 9 })).rejects.toMatchObject({ code: "dead_letter_unknown" });
  await expect(operator.ask("artifact.get", { hash: "0".repeat(64), offsetBytes: 0 })).rejects.toMatchObject({
    kind: "not_found",
  });
});

test("a role cannot use up the id of another's request", async () => {
  const { ask } = desk();
  const forged = await ask("manager", "ticket.create", { title: "Forged" }, { id: "same" });
  const own = await ask("operator", "ticket.create", { title: "Own" }, { id: "same" });
  expect([forged, own]).toMatchObject([
    { ok: true, data: { id: "T-0001" } },
    { ok: true, data: { id: "T-0002" } },
  ]);
  const id = "T-0001";
  await ask("manager", "ticket.comment", { id, text: { head: "forged" } }, { id: "next" });
  expect(await ask("operator", "ticket.pause", { id }, { id: "next" })).toEqual({
    ok: true,
    data: { id, version: 3 },
  });
});
