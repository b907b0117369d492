import { expect, test } from "vitest";
import { freePort } from "../../../bus/server/ready.ts";
import { makeProject, ticketFile } from "../../e2e/installation.ts";
import { createOldClient, type OldTicket } from "../../support/old-client.ts";

interface Changed {
  readonly ok: boolean;
  readonly ticket: OldTicket;
}

test("a client of the predecessor works unchanged: tickets, variables, stats, events, history, actions", async () => {
  await using project = await makeProject(await freePort());
  const port = await freePort();
  await project.write("app/docker-compose.yml", 'services:\n  app:\n    image: "nginx:${TAG:?which}"\n');
  const up = await project.json("up", "--detach", "--port", String(port), "--auth", "none");
  expect(up).toMatchObject({ ok: true, url: `http://127.0.0.1:${port}/` });
  const client = createOldClient(port);

  expect(await client.get("/api/tickets")).toEqual({ status: 200, body: [] });
  expect(await client.post("/api/tickets")).toMatchObject({ status: 400, body: { ok: false } });
  const description = ticketFile("x", "Hello there", "Hello old friend").split("\n").slice(1).join("\n");
  const { body: created } = await client.post<Changed>("/api/tickets", {
    title: "Greet an old friend",
    ...{ description, priority: "high", labels: ["ui"], created_by: "monitor" },
  });
  expect(created).toMatchObject({
    ok: true,
    ticket: { id: "T-0001", created_by: "monitor", priority: "high", comments: [] },
  });

  const show = async (): Promise<OldTicket> => (await client.get<OldTicket>("/api/tickets/T-0001")).body;
  expect((await show()).description).toBe(description);
  const commented = await client.post<Changed>("/api/tickets/T-0001/comment", {
    author: "old",
    text: "on it?",
  });
  expect(commented.body.ticket.comments).toMatchObject([{ author: "old", text: "on it?" }]);
  expect(await client.post("/api/tickets/T-0001/comment", { text: "" })).toMatchObject({ status: 400 });
  expect(await client.put("/api/tickets/T-0042", { title: "x" })).toMatchObject({ status: 404 });
  await expect
    .poll(async () => (await client.put<Changed>("/api/tickets/T-0001", { labels: ["ui", "old"] })).status, {
      timeout: 20_000,
    })
    .toBe(200);
  expect((await show()).labels).toEqual(["ui", "old"]);
  await expect
    .poll(async () => (await client.put<Changed>("/api/tickets/T-0001", { status: "done" })).status, {
      timeout: 60_000,
      interval: 500,
    })
    .toBe(200);
  await expect.poll(async () => (await show()).status, { timeout: 60_000, interval: 500 }).toBe("closed");

  const { body: env } = await client.get<Record<string, object>>("/api/env");
  expect(env["TAG"]).toMatchObject({ value: "", empty: true, required_for: ["app"] });
  expect((await client.post("/api/env", { TAG: "1.27", NOPE: 1 })).body).toEqual({
    ok: true,
    updated: ["TAG"],
  });
  expect((await client.get("/api/stats")).body).toMatchObject({
    tickets: { total: 1, by_status: { closed: 1 }, by_priority: { high: 1 } },
    git: { branch: "main" },
  });
  const { body: events } = await client.get<{ id: number }[]>("/api/events");
  expect(events.length).toBeGreaterThan(5);
  const { body: since } = await client.get<{ events: { id: number }[]; max_id: number }>(
    `/api/events/since/${events[2]?.id}?limit=2`,
  );
  expect(since.events.map(({ id }) => id)).toEqual(events.slice(3, 5).map(({ id }) => id));
  expect(
    (await client.post<{ result: { type: string }[] }>("/api/action", { action: "welcome" })).body.result.at(
      -1,
    ),
  ).toMatchObject({ type: "buttons" });
  expect((await client.get<{ logs: string[] }>("/api/history")).body).toMatchObject({
    conversation: expect.arrayContaining([
      expect.objectContaining({ role: "bot", text: expect.stringContaining("Stacks found") }),
    ]),
    current_step: "welcome",
    logs: expect.arrayContaining([expect.stringContaining("T-0001")]),
  });
  expect((await client.post("/api/tickets/sync")).body).toMatchObject({
    ok: false,
    results: { github: { ok: false } },
  });
  expect((await createOldClient(port, "127.0.0.1").get("/api/health")).status).toBe(200);
});
