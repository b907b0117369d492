import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { publishedPort } from "../../gateway/stacks/port-change.ts";
import { openDoor, type TestDoor } from "./support/door.ts";
import { finish } from "./support/scripted-monitor.ts";

let gateway: TestDoor;
beforeEach(async () => {
  gateway = await openDoor();
  const { monitor, scratch } = gateway;
  const shape = { status: "Up 2 minutes", ports: "", image: "busybox" };
  monitor.containers = {
    engine: true,
    containers: [
      { ...shape, name: "web-web-1", project: "web" },
      { ...shape, name: "dockfra-ssh-manager", project: "dockfra-management", owner: scratch.dir },
      { ...shape, name: "other-ssh-manager", project: "other-management", owner: "/srv/other" },
      { ...shape, name: "blog-db-1", project: "blog", status: "Restarting (1) 2 seconds ago" },
      { ...shape, name: "elsewhere-1", project: "elsewhere" },
      { ...shape, name: "by-hand" },
    ],
  };
  monitor.project = (view) => ({
    ...view,
    stacks: [
      ...view.stacks,
      {
        ...{ name: "elsewhere", dir: "", files: [], services: [], variables: [], missing: [] },
        ...{ deployable: false, source: "engine", absoluteDir: "/srv/elsewhere" },
      },
    ],
  });
  monitor.services.push({
    ...{ stack: "web", service: "web", container: "web-web-1", state: "running" },
    ports: ["127.0.0.1:18099->80/tcp"],
  });
  monitor.onJob = (job) => finish(job);
});
afterEach(() => gateway[Symbol.asyncDispose]());

const names = async (url: string) =>
  (await gateway.ask<{ name: string }[]>("GET", url)).body.map(({ name }) => name);

test("containers of others are hidden, unless all are asked for", async () => {
  expect(await names("/api/containers")).toEqual(["web-web-1", "dockfra-ssh-manager"]);
  expect(await names("/api/containers?all=0")).toHaveLength(2);
  expect(await names("/api/containers?all=1")).toHaveLength(6);
  expect((await gateway.ask("GET", "/api/health")).body).toMatchObject({ ok: true, containers: 2 });
  expect(await names("/api/processes")).not.toContain("blog-db-1");
});

test("a failing container says why and what to press", async () => {
  const [own] = gateway.monitor.containers?.containers ?? [];
  Object.assign(own ?? {}, { status: "Restarting (1) 2 seconds ago" });
  const { body } = await gateway.ask<{ findings: { solutions: { value: string }[] }[] }>(
    "GET",
    "/api/health",
  );
  expect(body).toMatchObject({ ok: false, failing: 1, findings: [{ container: "web-web-1" }] });
  expect(body.findings[0]?.solutions.map(({ value }) => value)).toEqual([
    "fix_container::web-web-1",
    "logs::web-web-1",
    "restart_container::web-web-1",
  ]);
});

test("a process is stopped, restarted and started as a job of the person", async () => {
  for (const verb of ["stop", "restart", "start"])
    expect((await gateway.ask("POST", `/api/process/${verb}/web-web-1`, {})).body).toMatchObject({
      ok: true,
      state: "done",
    });
  expect(gateway.monitor.begun).toMatchObject([
    { by: "ada", action: { do: "stop", stack: "web", services: ["web"] } },
    { action: { do: "restart" } },
    { action: { do: "restart" } },
  ]);
  for (const name of ["blog-db-1", "dockfra-ssh-manager", "wizard", "developer"])
    expect((await gateway.ask("POST", `/api/process/stop/${name}`, {})).body).toMatchObject({
      ok: false,
      error: expect.any(String),
    });
  expect(gateway.monitor.begun).toHaveLength(3);
});

test("another port is written to the variable it comes from, and the stack launched with it", async () => {
  const change = (body: object) => gateway.ask("POST", "/api/process/change_port/web-web-1", body);
  expect((await change({})).body).toMatchObject({ ok: false });
  expect((await change({ port: 0 })).status).toBe(400);
  expect((await change({ port: 18_411 })).body).toMatchObject({ ok: true });
  expect(await readFile(gateway.scratch.path("dockfra/.env"), "utf8")).toContain("WEB_PORT=18411");
  expect(gateway.monitor.begun).toMatchObject([{ action: { do: "launch", stacks: ["web"] } }]);
  // it publishes another port than any variable holds now
  expect((await change({ port: 18_412 })).body).toMatchObject({
    ok: false,
    error: expect.stringContaining("Compose file"),
  });
});

test.each([
  ["127.0.0.1:8088->80/tcp", "8088"],
  ["0.0.0.0:443->443/tcp", "443"],
  ["[::]:443->443/tcp", "443"],
  ["127.0.0.1:8088:80", "8088"],
  ["8088:80/udp", "8088"],
  ["80/tcp", undefined],
  ["", undefined],
])("the host's port of %j is %s", (text, port) => {
  expect(publishedPort(text)).toBe(port);
});
