import { expect, test } from "vitest";
import type { IntentRequest } from "../../bus/ports/intents.ts";
import { toEnvelope } from "../../bus/messages/envelope.ts";
import { createClaims } from "../../orchestrator/intake/claims.ts";
import { aliveForMs, createPresence } from "../../orchestrator/presence.ts";
import { heldClock, runnerUnderTest } from "./support/memory-runner.ts";
import { ask, begin, go, toyRef } from "./support/toy-flow.ts";
import type { FlowDefinition } from "../../workflows/flow.ts";
import { createRegistry } from "../../workflows/registry.ts";
import { createToyFlow } from "./support/toy-flow.ts";

const commandId = "ticket.T-0001.2.1";

/** The toy flow, which stays where it is when its command is claimed. */
const claimable: FlowDefinition = {
  ...createToyFlow(),
  advance: (snapshot, event) =>
    event.type.endsWith(".claimed")
      ? { snapshot: { ...snapshot, value: event.type }, effects: [] }
      : createToyFlow().advance(snapshot, event),
};

function claimRequest(instance: string, id = `claim.${instance}`): IntentRequest {
  const input = { flow: toyRef, commandId, instance };
  return {
    principal: "developer",
    verb: "command.claim",
    input,
    envelope: toEnvelope("command.claim", input, { id }),
  };
}

async function desk() {
  const clock = heldClock();
  const registry = createRegistry([claimable]);
  const one = runnerUnderTest({ clock, registry });
  const two = runnerUnderTest({ clock, registry, bus: one.bus });
  await one.runner.apply(begin("new"));
  await two.runner.load(toyRef);
  await one.runner.apply(go("a", [ask()]));
  const presence = createPresence(clock);
  const beat = (instance: string, running: string[]) =>
    presence.seen({ part: "developer", instance, pid: 1, atMs: clock.nowMs(), running });
  return {
    clock,
    beat,
    one,
    two,
    presence,
    claims: createClaims(one.runner, presence),
    others: createClaims(two.runner, presence),
  };
}

test("the first claim gets the lease, and gets it again when it asks again", async () => {
  const { claims, others } = await desk();
  expect(await claims.claim(claimRequest("dev-1"))).toEqual({ lease: 3 });
  expect(await claims.claim(claimRequest("dev-1"))).toEqual({ lease: 3 });
  expect(await others.claim(claimRequest("dev-1"))).toEqual({ lease: 3 });
});

test("an orchestrator that knows only an older state looks into the log", async () => {
  const { others } = await desk();
  expect(await others.claim(claimRequest("dev-1"))).toEqual({ lease: 3 });
});

test("a held command is refused as long as its holder may be alive", async () => {
  const { claims, clock, beat } = await desk();
  await claims.claim(claimRequest("dev-1"));
  // Nobody has had time to beat since this orchestrator started.
  await expect(claims.claim(claimRequest("dev-2"))).rejects.toMatchObject({
    code: "command_held",
    retryable: true,
  });
  clock.passMs(aliveForMs);
  beat("dev-1", [commandId]);
  await expect(claims.claim(claimRequest("dev-2"))).rejects.toMatchObject({ code: "command_held" });
});

test("a dead holder's command is taken over, and its own come-back is refused", async () => {
  const { claims, clock, beat } = await desk();
  beat("dev-1", [commandId]);
  await claims.claim(claimRequest("dev-1"));
  clock.passMs(aliveForMs + 1);
  expect(await claims.claim(claimRequest("dev-2"))).toEqual({ lease: 4 });
  beat("dev-2", [commandId]);
  await expect(claims.claim(claimRequest("dev-1"))).rejects.toMatchObject({ code: "command_held" });
});

test("an instance that comes back after another one died gets a new lease, not its old one", async () => {
  const { claims, clock } = await desk();
  expect(await claims.claim(claimRequest("dev-1"))).toEqual({ lease: 3 });
  clock.passMs(aliveForMs + 1);
  expect(await claims.claim(claimRequest("dev-2"))).toEqual({ lease: 4 });
  expect(await claims.claim(claimRequest("dev-1"))).toEqual({ lease: 5 });
});

test("a holder that is alive without the command in work has lost it", async () => {
  const { claims, clock, beat } = await desk();
  await claims.claim(claimRequest("dev-1"));
  clock.passMs(aliveForMs);
  beat("dev-1", []);
  expect(await claims.claim(claimRequest("dev-2"))).toEqual({ lease: 4 });
});

test("two claims at once at two orchestrators: one gets it", async () => {
  const { claims, others } = await desk();
  const both = await Promise.allSettled([
    claims.claim(claimRequest("dev-1")),
    others.claim(claimRequest("dev-2")),
  ]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  const refused = both.find((one) => one.status === "rejected");
  expect(refused?.reason).toMatchObject({ code: "command_held", retryable: true });
});

test("what nobody waits for any more is late", async () => {
  const { claims, one } = await desk();
  await one.runner.apply(go("b", [{ type: "forget" }]));
  await expect(claims.claim(claimRequest("dev-1"))).rejects.toMatchObject({
    code: "result_late",
    retryable: false,
  });
  expect(await claims.check(claimRequest("dev-1"))).toEqual({ valid: false });
});

test("a check goes by the log, whatever this orchestrator knew", async () => {
  const { claims, others, clock } = await desk();
  await others.claim(claimRequest("dev-1"));
  expect(await others.check(claimRequest("dev-1"))).toEqual({ valid: true });
  clock.passMs(aliveForMs + 1);
  await claims.claim(claimRequest("dev-2"));
  expect(await others.check(claimRequest("dev-1"))).toEqual({ valid: false });
  expect(await others.check(claimRequest("dev-2"))).toEqual({ valid: true });
});

test("a check of a command without a holder holds for anyone: it needs no claim", async () => {
  const { claims } = await desk();
  expect(await claims.check(claimRequest("dev-9"))).toEqual({ valid: true });
});
