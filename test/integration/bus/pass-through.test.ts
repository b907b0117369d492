import { afterAll, beforeAll, expect, it } from "vitest";
import { roles, type Role } from "../../../bus/messages/principals.ts";
import type { Intent } from "../../../bus/messages/intents.ts";
import { intents } from "../../../bus/messages/intents.ts";
import { capabilities } from "../../../bus/capabilities.ts";
import { questions, type Question } from "../../../bus/messages/questions.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import { createLogger } from "../../../bus/kernel/log.ts";
import { notFound } from "../../../bus/kernel/errors.ts";
import { connectWorker } from "../../../bus/nats/connect.ts";
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

it("logs what nobody foresaw once, with its stack and the request that met it", async () => {
  const lines: string[] = [];
  const log = createLogger("monitor", "info", { write: (line) => void lines.push(line) });
  const monitor = await connectWorker({
    ...{ ...nats.options("monitor"), log },
    ...{ worker: "monitor", instance: "monitor-2" },
  });
  const end = new AbortController();
  const surprise = new TypeError("x is not a function");
  const serving = [
    monitor.serveQuestion("monitor.jobs", () => Promise.reject(surprise), end.signal),
    monitor.serveQuestion(
      "monitor.job",
      () => Promise.reject(notFound("job_not_found", "No job.")),
      end.signal,
    ),
  ];
  const client = await nats.client("operator");
  await expect.poll(() => codeOf(client.question("monitor.jobs", {}))).toBe("internal");
  await expect.poll(() => codeOf(client.question("monitor.job", { id: "x" }))).toBe("job_not_found");
  end.abort();
  await Promise.all(serving);
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(told.filter(({ msg }) => msg === "nobody foresaw this failure")).toEqual([
    expect.objectContaining({
      ...{ level: 50, question: "monitor.jobs", correlationId: expect.stringMatching(/./) },
      err: expect.objectContaining({
        message: "x is not a function",
        stack: expect.stringContaining("pass-through.test.ts"),
      }),
    }),
  ]);
  await Promise.all([client, monitor].map((bus) => bus[Symbol.asyncDispose]()));
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
