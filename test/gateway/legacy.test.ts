import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TicketView } from "../../bus/messages/ticket.ts";
import type { LegacyTicket } from "../../gateway/http/legacy/ticket-shape.ts";
import { openDoor, type TestDoor } from "./support/door.ts";
import { secretValue } from "./support/project.ts";

let gateway: TestDoor;
beforeAll(async () => {
  gateway = await openDoor();
});
afterAll(() => gateway[Symbol.asyncDispose]());

type Answered = { ok: boolean; ticket: LegacyTicket; error?: string };
const create = async (body: object): Promise<LegacyTicket> =>
  (await gateway.ask<Answered>("POST", "/api/tickets", body)).body.ticket;
const put = (id: string, body: object) => gateway.ask<Answered>("PUT", `/api/tickets/${id}`, body);

/** Puts a ticket before a person's approval. */
async function approving(title: string): Promise<string> {
  const { id } = await create({ title });
  await expect
    .poll(async () => (await gateway.ask<TicketView>("GET", `/api/v1/tickets/${id}`)).body.state, {
      timeout: 5_000,
    })
    .toBe("approving");
  return id;
}

describe("tickets of the predecessor", () => {
  test("have its very shape", async () => {
    const ticket = await create({
      ...{ title: " New ", description: "text", priority: "high", assigned_to: "developer" },
      ...{ labels: ["a", "b"], created_by: "manager" },
    });
    expect(ticket).toMatchObject({
      ...{ id: expect.stringMatching(/^T-\d{4}$/), title: "New", description: "text", priority: "high" },
      ...{ assigned_to: "developer", labels: ["a", "b"], created_by: "manager", comments: [] },
      ...{ github_issue_number: null, status: expect.stringMatching(/^(?:open|in_progress|review)$/) },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/),
    });
    expect((await gateway.ask<LegacyTicket>("GET", `/api/tickets/${ticket.id}`)).body.id).toBe(ticket.id);
    const { body } = await gateway.ask<LegacyTicket[]>("GET", "/api/tickets?priority=high");
    expect(body.map(({ id }) => id)).toContain(ticket.id);
    expect((await gateway.ask("GET", "/api/tickets?priority=nope")).body).toEqual([]);
    expect((await gateway.ask("GET", "/api/tickets?assigned_to=nobody")).body).toEqual([]);
  });

  test("say what is missing in a sentence, with its status", async () => {
    for (const [method, url, body, status] of [
      ["POST", "/api/tickets", {}, 400],
      ["POST", "/api/tickets", { title: "" }, 400],
      ["POST", "/api/tickets", { title: 7 }, 400],
      ["POST", "/api/tickets", { title: "x", priority: "huge" }, 400],
      ["GET", "/api/tickets/T-9999", undefined, 404],
      ["GET", "/api/tickets/nope", undefined, 404],
      ["PUT", "/api/tickets/T-9999", { title: "x" }, 404],
      ["POST", "/api/tickets/T-9999/comment", { text: "x" }, 404],
      ["POST", "/api/tickets/T-0001/comment", { text: "  " }, 400],
      ["POST", "/api/tickets/T-0001/comment", {}, 400],
      ["GET", "/api/ticket-diff/T-9999", undefined, 404],
    ] as const)
      expect({ url, ...(await gateway.ask(method, url, body)) }).toMatchObject({
        url,
        status,
        body: { ok: false, error: expect.any(String) },
      });
  });

  test("take updates and comments, and a whole ticket written back changes nothing", async () => {
    const { id } = await create({ title: "Back and forth", description: `${"long ".repeat(3_000)}end` });
    const ticket = (await put(id, { priority: "low" })).body.ticket;
    expect(ticket).toMatchObject({ priority: "low", description: expect.stringMatching(/end$/) });
    const same = await put(id, { ...ticket, status: undefined });
    expect(same).toMatchObject({ status: 200, body: { ok: true } });
    const comment = await gateway.ask<Answered>("POST", `/api/tickets/${id}/comment`, {
      author: "bob",
      text: "hi",
    });
    expect(comment.body.ticket.comments).toMatchObject([
      { author: "bob", text: "hi", timestamp: expect.any(String) },
    ]);
  });

  test("a status is what a person decides: done approves, in_progress sends back, closed cancels, open reopens", async () => {
    const approved = await approving("Approve me");
    expect((await put(approved, { status: "done" })).status).toBe(200);
    await expect
      .poll(async () => (await gateway.ask<LegacyTicket>("GET", `/api/tickets/${approved}`)).body.status, {
        timeout: 5_000,
      })
      .toBe("closed");
    const rejected = await approving("Reject me");
    expect((await put(rejected, { status: "in_progress" })).body).toMatchObject({ ok: true });
    const { body } = await gateway.ask<TicketView>("GET", `/api/v1/tickets/${rejected}`);
    expect(body.reworks + body.reasons.length).toBeGreaterThan(0);
    // A ticket that waits for a person: "closed" would approve one that the crew had brought to its approval.
    const { body: waiting } = await gateway.ask<{ id: string }>("POST", "/api/v1/tickets", {
      title: "Cancel me",
      autonomy: "manual",
    });
    expect((await put(waiting.id, { status: "closed" })).body).toMatchObject({
      ok: true,
      ticket: { status: "closed" },
    });
    expect((await put(waiting.id, { status: "open" })).body.ticket.status).not.toBe("closed");
  });

  test("a status that is the crew's to reach is refused with the reason", async () => {
    const { body } = await gateway.ask<{ id: string }>("POST", "/api/v1/tickets", {
      title: "Wait",
      autonomy: "manual",
    });
    expect(await put(body.id, { status: "done" })).toMatchObject({
      status: 409,
      body: { ok: false, error: expect.stringContaining("done") },
    });
    expect(await put(body.id, { status: "nope" })).toMatchObject({ status: 400 });
    expect(await put(body.id, { status: "open" })).toMatchObject({ status: 200 });
  });

  test("a diff shows the commit and the change", async () => {
    const id = await approving("Show my diff");
    const { body } = await gateway.ask<{ commits: { hash: string }[]; diff: string }>(
      "GET",
      `/api/ticket-diff/${id}`,
    );
    expect(body).toMatchObject({ ok: true, ticket_id: id, title: "Show my diff", status: "review" });
    expect(body.commits).toMatchObject([
      { hash: expect.stringMatching(/^[0-9a-f]{12}$/), subject: "Show my diff" },
    ]);
  });

  test("GitHub is honestly not there", async () => {
    expect((await gateway.ask("POST", "/api/tickets/sync", {})).body).toMatchObject({
      ok: false,
      results: { github: { ok: false } },
    });
  });
});

describe("variables of the predecessor", () => {
  test("mask secrets, and a form that sends the mask back changes nothing", async () => {
    const { body, text } = await gateway.ask<Record<string, { value: string; empty: boolean }>>(
      "GET",
      "/api/env",
    );
    expect(body["WEB_PORT"]).toEqual({
      value: "18099",
      label: "Port",
      group: "Web",
      empty: false,
      required_for: [],
    });
    expect(body["DB_PASSWORD"]).toMatchObject({ value: "••••••", empty: false, required_for: ["web"] });
    expect(text).not.toContain(secretValue);
    const answer = await gateway.ask("POST", "/api/env", {
      DB_PASSWORD: "••••••",
      WEB_PORT: 18_123,
      NOPE: "x",
    });
    expect(answer.body).toEqual({ ok: true, updated: ["WEB_PORT"] });
    expect((await gateway.ask<typeof body>("GET", "/api/env")).body["WEB_PORT"]?.value).toBe("18123");
  });

  test("detection answers in its shape, nothing as {}", async () => {
    expect((await gateway.ask("GET", "/api/detect/APP_NAME")).body).toMatchObject({
      value: expect.any(String),
      hint: "",
      options: [{}],
    });
    expect((await gateway.ask("GET", "/api/detect/NOPE")).body).toEqual({});
    expect((await gateway.ask("GET", "/api/device-ips")).body).toHaveProperty("options");
  });
});

describe("everything else of the predecessor", () => {
  test("events rise by id, filter by source, and name the newest", async () => {
    type Events = {
      events: { id: number; ts: string; src: string; event: string; data: object }[];
      max_id: number;
    };
    const all = (await gateway.ask<Events["events"]>("GET", "/api/events")).body;
    expect(all.length).toBeGreaterThan(5);
    expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toSorted((a, b) => a - b));
    const page = (await gateway.ask<Events>("GET", `/api/events/since/${all[0]?.id}?limit=2`)).body;
    expect(page.events.map(({ id }) => id)).toEqual(all.slice(1, 3).map(({ id }) => id));
    expect(page.max_id).toBe(all[2]?.id);
    const own = (
      await gateway.ask<Events>("GET", "/api/events/since/0?src=orchestrator&type=ticket_moved&limit=5000")
    ).body;
    expect(new Set(own.events.map(({ src, event }) => `${src} ${event}`))).toEqual(
      new Set(["orchestrator ticket_moved"]),
    );
    expect((await gateway.ask<Events>("GET", "/api/events/since/999999")).body.events).toEqual([]);
    expect((await gateway.ask("GET", "/api/events/since/x")).status).toBe(400);
  });

  test("what there is of the machine, in the right shapes", async () => {
    const { ask } = gateway;
    expect((await ask("GET", "/api/containers")).body).toBeInstanceOf(Array);
    expect((await ask<{ name: string }[]>("GET", "/api/processes")).body[0]).toMatchObject({
      name: "wizard",
      status: "running",
      type: "process",
    });
    expect((await ask("POST", "/api/process/stop/wizard", {})).body).toMatchObject({
      ok: false,
      error: expect.any(String),
    });
    expect((await ask("POST", "/api/process/change_port/wizard", {})).body).toMatchObject({
      ok: false,
      error: expect.stringContaining("can change the port of wizard") as string,
    });
    expect((await ask("POST", "/api/process/explode/wizard", {})).status).toBe(400);
    expect((await ask("GET", "/api/logs/nope")).body).toMatchObject({
      ok: false,
      lines: [expect.stringContaining("nope")],
    });
    expect((await ask("GET", "/api/logs/tail?n=5")).body).toMatchObject({
      lines: expect.any(Array),
      total: expect.any(Number),
    });
    expect((await ask("GET", "/api/health")).body).toMatchObject({
      running: expect.any(Number),
      failing: expect.any(Number),
      findings: expect.any(Array),
    });
    expect((await ask("GET", "/api/history")).body).toMatchObject({
      conversation: [],
      current_step: "welcome",
    });
    expect((await ask("GET", "/api/developer-health")).body).toMatchObject({
      ok: expect.any(Boolean),
      engines: { patch: true, built_in: false },
    });
    expect((await ask("GET", "/api/developer-logs?n=3")).body).toMatchObject({
      logs: expect.any(String),
      container: "developer",
    });
    expect((await ask("GET", "/api/engine-status")).body).toMatchObject({
      preferred: "patch",
      engines: [
        { id: "patch", ok: true },
        { id: "built_in", ok: false },
      ],
    });
    expect(
      (await ask<{ options: object[] }>("GET", "/api/ssh-options/tickets/manager")).body.options.length,
    ).toBeGreaterThan(0);
    for (const kind of ["files", "branches", "containers"])
      expect((await ask("GET", `/api/ssh-options/${kind}`)).body).toHaveProperty("options");
  });

  test("stats count tickets exactly", async () => {
    const all = (await gateway.ask<LegacyTicket[]>("GET", "/api/tickets")).body;
    const { body } = await gateway.ask<{
      tickets: { total: number; by_status: Record<string, number>; by_priority: Record<string, number> };
    }>("GET", "/api/stats");
    expect(body.tickets.total).toBe(all.length);
    expect(Object.values(body.tickets.by_priority).reduce((a, b) => a + b)).toBe(all.length);
    expect(body.tickets.by_status["closed"]).toBe(all.filter(({ status }) => status === "closed").length);
    expect(body).toMatchObject({
      containers: { total: expect.any(Number) },
      git: { branch: "" },
      integrations: { github: false },
      suggestions: expect.any(Array),
    });
  });
});
