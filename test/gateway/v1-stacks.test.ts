import { afterEach, beforeEach, expect, test } from "vitest";
import type { JobView } from "../../bus/messages/stack-jobs.ts";
import { openDoor, type TestDoor } from "./support/door.ts";
import { at, finish } from "./support/scripted-monitor.ts";

let gateway: TestDoor;
beforeEach(async () => {
  gateway = await openDoor();
});
afterEach(() => gateway[Symbol.asyncDispose]());

const line = (text: string, service = "web") => ({ service, atMs: 1_000, text, level: "info" as const });

test("a job is begun for the person who asks, followed, and cancelled", async () => {
  const { monitor, ask } = gateway;
  const begun = await ask<JobView>("POST", "/api/v1/jobs", { do: "launch", stacks: ["web"] });
  expect(begun).toMatchObject({ status: 200, body: { state: "running", action: { do: "launch" } } });
  expect(monitor.begun).toMatchObject([{ by: "ada", action: { stacks: ["web"] } }]);
  const job = monitor.jobs.get(begun.body.id);
  job?.services.push(at("web", "web", "pull", 0.5));
  job?.log.push("\u001B[2J\u001B[32mpulled\u001B[0m sk-abcdefghijklmnopqrstuvwxyz");
  const { body } = await ask<JobView>("GET", `/api/v1/jobs/${begun.body.id}`);
  expect(body.services).toEqual([{ stack: "web", service: "web", step: "pull", done: 0.5 }]);
  expect(body.log).toEqual(["\u001B[32mpulled\u001B[0m [secret removed]"]);
  expect(await ask("POST", "/api/v1/jobs", { do: "stop", stack: "web" })).toMatchObject({
    status: 409,
    body: { error: { code: "job_in_the_way" } },
  });
  expect(await ask("POST", `/api/v1/jobs/${begun.body.id}/cancel`, {})).toMatchObject({
    body: { state: "cancelled" },
  });
  expect((await ask<{ jobs: JobView[] }>("GET", "/api/v1/jobs")).body.jobs).toHaveLength(1);
});

test("a look at a job waits until it has ended", async () => {
  const { monitor, ask } = gateway;
  const { body } = await ask<JobView>("POST", "/api/v1/jobs", { do: "restart", stack: "web" });
  const job = monitor.jobs.get(body.id);
  setTimeout(() => job && finish(job, { url: "http://127.0.0.1:8088" }), 100);
  const startedAtMs = performance.now();
  const ended = await ask<JobView>("GET", `/api/v1/jobs/${body.id}?waitMs=5000`);
  expect(ended.body).toMatchObject({ state: "done", result: { url: "http://127.0.0.1:8088" } });
  expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  expect((await ask("GET", "/api/v1/jobs/none")).status).toBe(404);
  expect((await ask("GET", `/api/v1/jobs/${body.id}?waitMs=60000`)).status).toBe(400);
});

test("the same key begins the same job once, and unknown actions none", async () => {
  const { monitor, raw, cookie } = gateway;
  const post = (payload: unknown) =>
    raw({
      method: "POST",
      url: "/api/v1/jobs",
      headers: {
        cookie,
        origin: "http://127.0.0.1:5050",
        "content-type": "application/json",
        "idempotency-key": "k".repeat(80),
      },
      payload: JSON.stringify(payload),
    });
  const [first, second] = [await post({ do: "clone-app" }), await post({ do: "clone-app" })];
  expect(second.body["id"]).toBe(first.body["id"]);
  expect(monitor.begun).toHaveLength(1);
  for (const action of [{ do: "explode" }, { do: "stop" }, { do: "fix", fix: "x", by: "eve" }])
    expect((await post(action)).status).toBe(400);
});

test("logs are read by cursor and filter, and downloaded whole as plain text", async () => {
  const { monitor, ask } = gateway;
  monitor.log.push(...Array.from({ length: 12_000 }, (_, n) => line(`line ${n}`)), {
    ...line("\u001B[31mboom\u001B[0m", "db"),
    level: "error",
    gap: 3,
  });
  type Page = { lines: { text: string }[]; cursor: string };
  const { body } = await ask<Page>("GET", "/api/v1/stacks/web/log?lines=2");
  expect(body).toMatchObject({ lines: [{ text: "line 11999" }, { text: "\u001B[31mboom\u001B[0m" }] });
  setTimeout(() => monitor.log.push(line("later")), 80);
  const next = await ask<Page>("GET", `/api/v1/stacks/web/log?cursor=${body.cursor}&waitMs=3000`);
  expect(next.body.lines).toMatchObject([{ text: "later" }]);
  const found = await ask<Page>("GET", "/api/v1/stacks/web/log?search=BOOM&services=db,x");
  expect(found.body.lines).toHaveLength(1);
  const file = await ask("GET", "/api/v1/stacks/web/log/download");
  expect(file.headers["content-disposition"]).toBe('attachment; filename="web.log"');
  const lines = file.text.trimEnd().split("\n");
  expect(lines).toHaveLength(12_003);
  expect(lines.slice(-3)).toEqual([
    "… 3 lines lost …",
    "1970-01-01T00:00:01.000Z db error boom",
    "1970-01-01T00:00:01.000Z web info later",
  ]);
  for (const query of ["lines=0", "minLevel=loud", "waitMs=99999", "lines=x"])
    expect((await ask("GET", `/api/v1/stacks/web/log?${query}`)).status).toBe(400);
});

test("findings, diagnoses, releases and previews come as the monitor tells them", async () => {
  const { monitor, ask } = gateway;
  monitor.findings.push({ code: "port_in_use", severity: "error", message: "taken", params: { port: 80 } });
  monitor.diagnoses.push({
    ...{ id: "d1", code: "cause_crash_loop", params: {}, severity: "error", stack: "web", service: "web" },
    ...{ evidence: [{ source: "log", text: "\u001B[2Jends" }], fixes: [] },
    analysis: { text: "It lacks a table.", lines: [] },
  });
  monitor.diff = "+token: ghp_aaaaaaaaaaaaaaaaaaaaaaaa";
  expect((await ask("GET", "/api/v1/preflight?stacks=web&environment=production")).body).toMatchObject({
    findings: [{ code: "port_in_use" }],
  });
  const { body } = await ask<{ diagnoses: object[] }>("GET", "/api/v1/diagnoses?stack=web");
  expect(body.diagnoses).toMatchObject([{ evidence: [{ text: "ends" }] }]);
  expect(body.diagnoses[0]).not.toHaveProperty("analysis");
  expect((await ask("POST", "/api/v1/diagnoses", { stack: "web", analyse: true })).body).toMatchObject({
    diagnoses: [{ analysis: { text: "It lacks a table." } }],
  });
  expect((await ask("GET", "/api/v1/stacks/web/releases/r1/diff?from=r0")).body).toEqual({
    diff: "+token: [secret removed]",
    cut: false,
  });
  expect((await ask("GET", "/api/v1/stacks/web/releases")).body).toEqual({ releases: [] });
  expect((await ask("GET", "/api/v1/previews")).body).toEqual({ previews: [] });
  monitor.devices.push({
    ...{ name: "kiosk", simulated: false, ssh: "pi@192.168.1.40:22", running: true, healthy: true },
    ...{ url: "http://192.168.1.40:8080", detail: "answers" },
  });
  expect((await ask("GET", "/api/v1/devices")).body).toEqual({ devices: monitor.devices });
  expect((await ask("GET", "/api/v1/incidents")).body).toEqual({ incidents: [] });
  expect((await ask("GET", "/api/v1/services?stack=web")).body).toEqual({ engine: true, services: [] });
  expect((await ask("GET", "/api/v1/stats")).body).toEqual({ series: [] });
});

test("a suggested secret is taken without being shown", async () => {
  const { monitor, ask } = gateway;
  monitor.suggestions.push(
    { value: "18080", label: "18080", code: "from_free_port", params: {}, secret: false },
    { value: "very-secret-token", label: "random", code: "from_random", params: {}, secret: true },
  );
  type List = { suggestions: { id: string; value?: string; secret: boolean }[] };
  const answer = await ask<List>("GET", "/api/v1/suggest/DB_PASSWORD");
  expect(answer.text).not.toContain("very-secret-token");
  const [open, hidden] = answer.body.suggestions;
  expect(open).toMatchObject({ value: "18080", secret: false });
  const taken = await ask("POST", "/api/v1/suggest/DB_PASSWORD", { id: hidden?.id });
  expect(taken.body).toEqual({ updated: ["DB_PASSWORD"] });
  expect(await ask("POST", "/api/v1/suggest/DB_PASSWORD", { id: "0".repeat(20) })).toMatchObject({
    status: 404,
    body: { error: { code: "suggestion_gone" } },
  });
});
