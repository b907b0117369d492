import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { putArtifact } from "../../bus/artifact-transfer.ts";
import type { ProjectView } from "../../bus/messages/stack-service.ts";
import type { TicketView } from "../../bus/messages/ticket.ts";
import type { TimelineEntry } from "../../gateway/tickets/timeline.ts";
import { openDoor, type TestDoor } from "./support/door.ts";
import { secretValue } from "./support/project.ts";

let gateway: TestDoor;
beforeAll(async () => {
  gateway = await openDoor();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const create = async (body: object): Promise<string> =>
  (await gateway.ask<{ id: string }>("POST", "/api/v1/tickets", body)).body.id;

describe("tickets", () => {
  test("are created, listed by filter, and shown", async () => {
    const id = await create({
      title: "Fix it",
      description: "in full",
      priority: "high",
      autonomy: "manual",
      labels: ["a"],
    });
    await create({ title: "Other", autonomy: "manual" });
    const { body } = await gateway.ask<TicketView>("GET", `/api/v1/tickets/${id}`);
    expect(body).toMatchObject({
      id,
      title: "Fix it",
      description: { head: "in full" },
      createdBy: "ada",
      labels: ["a"],
    });
    const list = (query: string) =>
      gateway.ask<{ tickets: TicketView[]; total: number }>("GET", `/api/v1/tickets?${query}`);
    expect((await list("priority=high")).body.tickets.map((ticket) => ticket.id)).toEqual([id]);
    expect((await list("state=open&limit=1")).body).toMatchObject({ total: 2, tickets: [{}] });
    expect((await list("state=open,closed&state=blocked")).body.total).toBe(2);
    expect((await list("state=closed")).body.total).toBe(0);
    for (const query of ["state=nope", "limit=0", "limit=x", "priority=huge"])
      expect(await list(query)).toMatchObject({ status: 400, body: { error: { code: "request_invalid" } } });
  });

  test("have a title of one line, which becomes a commit's subject", async () => {
    for (const title of ["a\u0000b", "a\nb", "a\u001b[2Jb"])
      for (const path of ["/api/v1/tickets", "/api/tickets"])
        expect(await gateway.ask("POST", path, { title })).toMatchObject({
          status: 400,
          body: { ok: false },
        });
    expect(await create({ title: "  Zażółć 🎫 <b>  ", autonomy: "manual" })).toMatch(/^T-/);
  });

  test("keep long texts whole, as artifacts that are plain text", async () => {
    const description = `${"long ".repeat(4_000)}<script>alert(1)</script>`;
    const id = await create({ title: "Long", description, autonomy: "manual" });
    const { body } = await gateway.ask<TicketView>("GET", `/api/v1/tickets/${id}`);
    expect(body.description.head.length).toBeLessThanOrEqual(8_192);
    const artifact = await gateway.ask("GET", `/api/v1/artifacts/${body.description.artifact}`);
    expect(artifact.text).toBe(description);
    expect(artifact.headers).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
    });
  });

  test("a life by verbs: update, comment, assign, pause, resume, approve, to closed", async () => {
    const id = await create({ title: "A life", autonomy: "manual" });
    const go = (verb: string, body: object = {}) =>
      gateway.ask("POST", `/api/v1/tickets/${id}/${verb}`, body);
    const show = async () => (await gateway.ask<TicketView>("GET", `/api/v1/tickets/${id}`)).body;
    await expect
      .poll(async () => (await go("update", { title: "A good life", priority: "low" })).status)
      .toBe(200);
    expect(await go("comment", { text: "hello", author: "bob" })).toMatchObject({
      status: 200,
      body: { id },
    });
    expect(await go("assign", { note: "go" })).toMatchObject({ status: 200 });
    await expect.poll(async () => (await show()).state).toBe("approving");
    expect(await go("approve", { approvalHash: "another" })).toMatchObject({
      status: 409,
      body: { error: { code: "approval_stale" } },
    });
    expect(await go("approve", { approvalHash: (await show()).approvalHash })).toMatchObject({ status: 200 });
    await expect.poll(async () => (await show()).state, { timeout: 5_000 }).toBe("closed");
    expect(await show()).toMatchObject({
      title: "A good life",
      priority: "low",
      comments: [{ author: "bob", text: { head: "hello" } }],
    });
    expect(await go("pause")).toMatchObject({
      status: 409,
      body: { ok: false, error: { kind: "conflict" } },
    });
  });

  test("a timeline says who, what, from where and how long, and goes on after a version", async () => {
    const id = await create({ title: "Story", autonomy: "manual" });
    await expect
      .poll(async () => (await gateway.ask("POST", `/api/v1/tickets/${id}/pause`, {})).status)
      .toBe(200);
    const page = async (after = 0) =>
      (
        await gateway.ask<{ entries: TimelineEntry[]; more: boolean }>(
          "GET",
          `/api/v1/tickets/${id}/timeline?after=${after}`,
        )
      ).body;
    const { entries, more } = await page();
    expect(more).toBe(false);
    expect(entries[0]).toMatchObject({
      version: 1,
      state: "open",
      event: "ticket.create",
      by: "ada",
      tookMs: 0,
      text: "created by ada",
    });
    expect(entries.at(-1)).toMatchObject({ state: "paused", from: "open", text: "paused by ada" });
    const last = entries.at(-1);
    expect((await page((last?.version ?? 0) - 1)).entries).toEqual([last]);
    expect((await page(last?.version)).entries).toEqual([]);
  });

  test("an idempotency key makes a repeat one ticket", async () => {
    const headers = {
      cookie: gateway.cookie,
      origin: "http://127.0.0.1:5050",
      "content-type": "application/json",
      "idempotency-key": "key-12345678",
    };
    const post = () =>
      gateway.raw({ method: "POST", url: "/api/v1/tickets", headers, payload: '{"title":"Once"}' });
    const [first, second] = [await post(), await post()];
    expect(second.body).toEqual(first.body);
  });

  test("what does not fit is refused with the place", async () => {
    for (const [url, body, status] of [
      ["/api/v1/tickets", {}, 400],
      ["/api/v1/tickets", { title: "  " }, 400],
      ["/api/v1/tickets", { title: "x".repeat(301) }, 400],
      ["/api/v1/tickets", { title: "x", nope: 1 }, 400],
      ["/api/v1/tickets", { title: "x", checks: [{ kind: "command", argv: ["id"] }] }, 400],
      ["/api/v1/tickets/T-9999/approve", {}, 404],
      ["/api/v1/tickets/T-1/approve", {}, 400],
      ["/api/v1/tickets/T-0001/reject", {}, 400],
      ["/api/v1/tickets/T-0001/explode", {}, 404],
    ] as const)
      expect({ ...(await gateway.ask("POST", url, body)), url }).toMatchObject({
        url,
        body: { ok: false },
        status,
      });
    for (const [url, status] of [
      ["/api/v1/tickets/T-9999", 404],
      ["/api/v1/tickets/..%2fkeys", 400],
      ["/api/v1/tickets/T-9999/timeline", 404],
      ["/api/v1/nothing", 404],
    ] as const)
      expect({ url, status: (await gateway.ask("GET", url)).status }).toEqual({ url, status });
  });
});

describe("the project", () => {
  test("is shown with stacks, variables and findings, and no secret's value", async () => {
    const { body, text } = await gateway.ask<ProjectView & { runtime: string }>("GET", "/api/v1/project");
    expect(body.findings.find(({ code }) => code === "no_repository")).toMatchObject({
      severity: "warning",
      message: expect.stringContaining(`git-init --root ${body.root}`) as string,
    });
    expect(body).toMatchObject({ runtime: "process", isolation: "broker", others: [], lang: "en" });
    // whatever else runs on this machine's engine is listed too
    const own = body.stacks.filter(({ source }) => source === "root");
    expect(own).toMatchObject([
      { name: "web", services: [{ image: "nginx:1.27", ports: ["127.0.0.1:18099:80"] }] },
    ]);
    expect(body.variables.find(({ name }) => name === "DB_PASSWORD")).toMatchObject({
      secret: true,
      isSet: true,
      missing: false,
    });
    expect(text).not.toContain(secretValue);
  });

  test("takes values it knows, and leaves the others out", async () => {
    expect(
      await gateway.ask("POST", "/api/v1/env", { WEB_PORT: "18100", NOPE: "1", DOCKFRA_PREFIX: "x" }),
    ).toMatchObject({
      status: 200,
      body: { updated: ["WEB_PORT"] },
    });
    const { body } = await gateway.ask<ProjectView>("GET", "/api/v1/project");
    expect(body.variables.find(({ name }) => name === "WEB_PORT")).toMatchObject({
      value: "18100",
      source: "env_file",
    });
    expect(await gateway.ask("POST", "/api/v1/env", { WEB_PORT: "a\nb" })).toMatchObject({
      status: 400,
      body: { error: { code: "env_value_refused" } },
    });
    expect(await gateway.ask("POST", "/api/v1/env", { WEB_PORT: 1 })).toMatchObject({ status: 400 });
  });

  test("has suggestions of this machine", async () => {
    expect((await gateway.ask("GET", "/api/v1/detect/APP_NAME")).body).toMatchObject({
      value: expect.stringContaining("dockfra-test-"),
    });
    expect((await gateway.ask("GET", "/api/v1/detect/NOPE")).body).toEqual({ options: [] });
  });
});

describe("the rest", () => {
  test("lanes, status and examples answer", async () => {
    expect((await gateway.ask("GET", "/api/v1/deploys")).body).toHaveProperty("lanes");
    expect((await gateway.ask("GET", "/api/v1/status")).body).toMatchObject({ deadLetters: 0 });
    const { examples } = (
      await gateway.ask<{ examples: { title: string; description: string }[] }>("GET", "/api/v1/examples")
    ).body;
    expect(examples).toHaveLength(3);
    for (const { title, description } of examples)
      expect(title.length * description.length).toBeGreaterThan(0);
  });

  test("an artifact that is not there is not found, and no path", async () => {
    const hash = await putArtifact(gateway.options.bus, Buffer.from("diff"));
    expect((await gateway.ask("GET", `/api/v1/artifacts/${hash}`)).text).toBe("diff");
    expect((await gateway.ask("GET", `/api/v1/artifacts/${"0".repeat(64)}`)).status).toBe(404);
    expect((await gateway.ask("GET", "/api/v1/artifacts/..%2F..%2Fetc%2Fpasswd")).status).toBe(400);
  });

  test("the feed comes in pages", async () => {
    const { body } = await gateway.ask<{ items: { seq: number }[]; lastSeq: number }>(
      "GET",
      "/api/v1/feed?limit=3",
    );
    expect(body.items).toHaveLength(3);
    const second = body.items[1]?.seq ?? 0;
    const after = (await gateway.ask<typeof body>("GET", `/api/v1/feed?since=${second}`)).body;
    expect(after.items[0]?.seq).toBe(second + 1);
  });

  test("the document names every call of v1 and fits OpenAPI 3.1", async () => {
    const { body } = await gateway.ask<{
      openapi: string;
      paths: Record<string, Record<string, { responses: object }>>;
    }>("GET", "/api/v1/openapi.json");
    expect(body.openapi).toBe("3.1.0");
    expect(Object.keys(body.paths).toSorted()).toEqual(
      [
        ...[
          "artifacts/{hash}",
          "deploys",
          "devices",
          "detect/{key}",
          "env",
          "examples",
          "feed",
          "project",
          "roles",
          "roles/{role}/run",
          "session",
          "status",
          "stream",
          "tickets",
          "tickets/{id}",
          "tickets/{id}/timeline",
        ],
        ...["diagnoses", "incidents", "jobs", "jobs/{id}", "jobs/{id}/cancel", "preflight", "previews"],
        ...["services", "stats", "suggest/{key}", "stacks/{stack}/log", "stacks/{stack}/log/download"],
        ...["stacks/{stack}/releases", "stacks/{stack}/releases/{release}/diff"],
        ...["approve", "assign", "cancel", "comment", "pause", "reject", "reopen", "resume", "update"].map(
          (verb) => `tickets/{id}/${verb}`,
        ),
      ]
        .map((path) => `/api/v1/${path}`)
        .toSorted(),
    );
    expect(body.paths["/api/v1/tickets"]?.["post"]).toMatchObject({
      requestBody: {
        content: { "application/json": { schema: { required: ["title"], additionalProperties: false } } },
      },
      responses: { 200: { content: { "application/json": { schema: { required: ["id", "version"] } } } } },
    });
  });

  test("the page is the same shell at every path, its files are kept for good, and nothing else is served", async () => {
    for (const url of ["/", "/dashboard", "/tickets/T-0001"]) {
      const { status, headers, text } = await gateway.raw({ method: "GET", url });
      expect({ status, text }).toMatchObject({
        status: 200,
        text: expect.stringContaining("<title>Dockfra"),
      });
      expect(headers["cache-control"]).toBe("no-cache");
    }
    expect(await gateway.raw({ method: "GET", url: "/assets/app-1a2b3c.js" })).toMatchObject({
      status: 200,
      headers: { "cache-control": "public, max-age=31536000, immutable" },
    });
    for (const url of [
      "/assets/nope.js",
      "/assets/..%2f..%2fdockfra%2f.env",
      "/assets/%2e%2e/%2e%2e/dockfra/.env",
      "/nope.js",
    ])
      expect((await gateway.raw({ method: "GET", url })).text).not.toContain("DB_PASSWORD");
  });
});
