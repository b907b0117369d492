import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { IntentInput } from "../../bus/messages/intents.ts";
import type { WorkerBus } from "../../bus/ports/bus.ts";
import { createHouse, type House } from "./support/house.ts";

let house: House;
let monitor: WorkerBus;
const quietMs = 1_000;

const report = (change: Partial<IntentInput<"incident.report">> = {}): IntentInput<"incident.report"> => ({
  key: "shop-web-crash_loop",
  stack: "shop",
  service: "web",
  code: "crash_loop",
  title: "web of shop crashes again and again",
  text: { head: "exit code 1 after 2 s\nTypeError: total is not a function" },
  release: "T-0007.1",
  suspectCommit: "b".repeat(40),
  quietMs,
  ...change,
});
const incident = async () => (await house.operator.ask("incident.list", {})).incidents[0];

beforeEach(async () => {
  house = await createHouse({ crew: false });
  await house.orchestrator();
  monitor = house.bus.worker("monitor", "monitor");
});
afterEach(() => house[Symbol.asyncDispose]());

describe("a symptom in production", () => {
  test("opens one ticket, however often and by however many reports it is told", async () => {
    await Promise.all(Array.from({ length: 5 }, () => monitor.ask("incident.report", report())));
    const { tickets } = await house.operator.ask("ticket.list", {});
    expect(tickets).toHaveLength(1);
    expect(tickets[0]).toMatchObject({
      title: "web of shop crashes again and again",
      priority: "high",
      labels: ["incident", "crash_loop"],
      author: { kind: "system", trusted: false },
      stack: "shop",
    });
    expect(await incident()).toMatchObject({ state: "open", ticket: tickets[0]?.id, times: 5 });
  });

  test("has another ticket than another symptom", async () => {
    await monitor.ask("incident.report", report());
    await monitor.ask("incident.report", report({ key: "shop-web-oom", code: "oom_killed" }));
    expect((await house.operator.ask("ticket.list", {})).total).toBe(2);
  });

  test("is not over before it stayed away for the time set", async () => {
    await monitor.ask("incident.report", report());
    await expect(monitor.ask("incident.clear", { key: report().key })).rejects.toMatchObject({
      code: "incident_not_quiet",
    });
    expect((await incident())?.state).toBe("open");
  });

  test("closes its ticket when it stayed away, and begins it anew when it is back", async () => {
    await monitor.ask("incident.report", report({ quietMs: 1_000 }));
    const ticket = (await incident())?.ticket ?? "";
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    await monitor.ask("incident.clear", { key: report().key });
    expect((await incident())?.state).toBe("over");
    await house.until(ticket, "closed");
    await monitor.ask("incident.report", report({ text: { head: "exit code 1 again" } }));
    const { comments } = await house.until(ticket, "reopened");
    expect(comments.at(-1)).toMatchObject({ author: "monitor", text: { head: "exit code 1 again" } });
    expect(await incident()).toMatchObject({ state: "open", times: 1, ticket });
  });

  test("is the monitor's to tell", async () => {
    const developer = house.bus.worker("developer", "developer");
    await expect(developer.ask("incident.report", report())).rejects.toMatchObject({ code: "not_allowed" });
  });
});
