import { afterAll, beforeAll, expect, it } from "vitest";
import { roles, type Role } from "../../../bus/messages/principals.ts";
import type { Intent } from "../../../bus/messages/intents.ts";
import { intents } from "../../../bus/messages/intents.ts";
import { capabilities } from "../../../bus/capabilities.ts";
import { questions, type Question } from "../../../bus/messages/questions.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import { startNats, type NatsFixture } from "../../bus/nats-fixture.ts";

let nats: NatsFixture;
const buses = new Map<Role, WorkerBus>();

beforeAll(async () => {
  nats = await startNats("passing");
  for (const role of roles) buses.set(role, await nats.worker(role));
}, 60_000);
afterAll(async () => {
  for (const bus of buses.values()) await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const codeOf = (asking: Promise<unknown>): Promise<unknown> =>
  asking.then(
    () => "answered",
    (error: unknown) => (error as { code?: unknown }).code,
  );

it.each(roles)("lets the server refuse what the %s may not ask, and nothing else, at once", async (role) => {
  const bus = buses.get(role);
  const startMs = performance.now();
  const verbs = Object.keys(intents) as Intent[];
  const asked = Object.keys(questions) as Question[];
  const codes = await Promise.all(verbs.map((verb) => codeOf(bus!.askUnchecked(verb, {}))));
  const answers = await Promise.all(asked.map((question) => codeOf(bus!.questionUnchecked(question, {}))));
  expect(performance.now() - startMs).toBeLessThan(2_000);
  expect(verbs.filter((_, index) => codes[index] === "not_allowed")).toEqual(
    verbs.filter((verb) => !capabilities[role].intents.includes(verb)),
  );
  expect(asked.filter((_, index) => answers[index] === "not_allowed")).toEqual(
    asked.filter((question) => !capabilities[role].questions.includes(question)),
  );
});

it("names a verb that there is not", async () => {
  expect(await codeOf(buses.get("manager")!.askUnchecked("ticket.create.>", {}))).toBe("verb_unknown");
  expect(await codeOf(buses.get("manager")!.questionUnchecked("host.*", {}))).toBe("question_unknown");
});

it("says whether the server takes what is sent", async () => {
  const bus = await nats.worker("autopilot", "autopilot-2");
  await bus.reach(2_000);
  await nats.kill();
  await expect(bus.reach(500)).rejects.toMatchObject({ code: "bus_down" });
  await nats.restart();
  await expect.poll(() => codeOf(bus.reach(500)), { timeout: 10_000 }).toBe("answered");
  await bus[Symbol.asyncDispose]();
}, 30_000);
