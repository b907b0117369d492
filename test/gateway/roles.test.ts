import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RolesView } from "../../gateway/roles/roles.ts";
import { openDoor, type TestDoor } from "./support/door.ts";
import { startLive } from "./support/live.ts";

let gateway: TestDoor;
beforeAll(async () => {
  gateway = await openDoor();
});
afterAll(() => gateway[Symbol.asyncDispose]());
beforeEach(() => {
  gateway.shells.asked.length = 0;
  gateway.shells.answers.clear();
});

interface Item {
  readonly type: string;
  readonly text?: string;
  readonly label?: string;
  readonly done?: boolean;
  readonly error?: boolean;
  readonly run_value?: string;
  readonly commands?: readonly { readonly cmd: string }[];
  readonly items?: readonly { readonly label: string; readonly value: string }[];
}
async function act(action: string, form: object = {}): Promise<Item[]> {
  const { body } = await gateway.ask<{ result: Item[] }>("POST", "/api/action", { action, form });
  expect(body.result.at(-1)).toMatchObject({ type: "buttons" });
  expect(body.result.filter(({ type }) => type === "buttons")).toHaveLength(1);
  return body.result;
}
const said = (items: readonly Item[]): string => items.flatMap(({ text }) => text ?? []).join("\n");
const buttons = (items: readonly Item[]): string[] => items.at(-1)?.items?.map(({ value }) => value) ?? [];
const run = (role: string, body: object) =>
  gateway.ask<{ exitCode: number; output: string; error: { code: string } }>(
    "POST",
    `/api/v1/roles/${role}/run`,
    body,
  );

describe("GET /api/v1/roles", () => {
  test("shows each role's state, abilities and commands", async () => {
    const read = () => gateway.ask<RolesView>("GET", "/api/v1/roles");
    const stateNow = async () => (await read()).body.roles.map(({ state }) => state);
    expect(await stateNow()).toEqual(["down", "down", "down", "down"]);
    const beat = { instance: "d-1", pid: 7, atMs: Date.now(), part: "developer" } as const;
    gateway.house.bus.worker("developer", "d-1").beat({ ...beat, running: ["T-0007.5.1"] });
    await expect.poll(stateNow).toEqual(["down", "busy", "down", "down"]);
    const { body } = await read();
    expect(body.runtime).toBe("process");
    expect(body.roles.map(({ role }) => role)).toEqual(["manager", "developer", "monitor", "autopilot"]);
    const developer = body.roles.find(({ role }) => role === "developer");
    expect(developer).toMatchObject({
      may: ["edit_code", "merge"],
      instances: [{ instance: "d-1", tickets: ["T-0007"] }],
    });
    expect(developer).not.toHaveProperty("ssh");
    expect(developer?.commands.find(({ name }) => name === "seed-db")).toMatchObject({
      source: "project",
      confirm: true,
    });
  });

  test("shows how to log in where roles are containers, and why they are not", async () => {
    Object.assign(gateway.facts, { runtime: "docker", sshPorts: { manager: 2_202 } });
    const { body } = await gateway.ask<RolesView>("GET", "/api/v1/roles");
    expect(body.roles[0]?.ssh).toMatchObject({ port: 2_202, plain: expect.stringContaining("ssh -p 2202") });
    const info = await act("ssh_info::manager::2202");
    expect(said(info)).toContain("-p 2202");
    expect(said(info)).toContain("create and manage tickets");
    Object.assign(gateway.facts, {
      runtime: "process",
      runtimeWarning: { code: "engine_too_old", params: { version: "19" } },
    });
    const project = await gateway.ask("GET", "/api/v1/project");
    expect(project.body).toMatchObject({
      isolation: "broker",
      runtimeWarning: { params: { version: "19" } },
    });
    delete gateway.facts.runtimeWarning;
    expect(said(await act("ssh_info::manager::2202"))).toContain("no container to log in to");
  });
});

describe("POST /api/v1/roles/:role/run", () => {
  test("hands arguments on as they are, from a list or a line", async () => {
    expect(await run("developer", { command: "review", args: ["$(id)", "a b"] })).toMatchObject({
      status: 200,
      body: { exitCode: 0, output: "$(id)\na b\n", cut: false, tookMs: expect.any(Number) },
    });
    await run("developer", { command: "review", line: `T-0001 "two words"`, timeoutMs: 5_000 });
    expect(gateway.shells.asked[1]).toEqual({
      ...{ role: "developer", command: "review" },
      ...{ args: ["T-0001", "two words"], timeoutMs: 5_000 },
    });
  });

  test("answers the same asked twice at once by running it twice", async () => {
    await Promise.all([
      run("developer", { command: "my-tickets" }),
      run("developer", { command: "my-tickets" }),
    ]);
    expect(gateway.shells.asked).toHaveLength(2);
  });

  test("shows colours and no secret, neither one written here nor one that looks so", async () => {
    await gateway.ask("POST", "/api/v1/env", { DB_PASSWORD: "a-new-passw0rd" });
    gateway.shells.answers.set("my-tickets", () => ({
      exitCode: 3,
      output: `\u001B[31mred\u001B[0m\u001B]0;t\u0007 a-new-passw0rd ghp_${"x".repeat(36)}`,
      cut: true,
    }));
    const { body } = await run("developer", { command: "my-tickets" });
    expect(body).toMatchObject({
      exitCode: 3,
      output: "\u001B[31mred\u001B[0m [secret removed] [secret removed]",
      cut: true,
    });
  });

  test.each([
    ["nobody", { command: "status" }, 400, "request_invalid"],
    ["host", { command: "status" }, 400, "request_invalid"],
    ["developer", { command: "no-such" }, 404, "role_command_unknown"],
    ["developer", { command: "../../bin/sh" }, 400, "request_invalid"],
    ["developer", { command: "-v" }, 400, "request_invalid"],
    ["developer", { command: "review", args: ["x".repeat(9_000)] }, 400, "request_invalid"],
    ["developer", { command: "review", args: Array.from({ length: 51 }, () => "x") }, 400, "request_invalid"],
    ["developer", { command: "review", args: ["a\0b"] }, 400, "arguments_invalid"],
    ["developer", { command: "review", line: '"open' }, 400, "arguments_invalid"],
    ["developer", { command: "review", timeoutMs: 900_000 }, 400, "request_invalid"],
    ["monitor", { command: "deploy", args: ["no-such-device"] }, 404, "target_unknown"],
  ])("refuses %s %j", async (role, body, status, code) => {
    expect(await run(role, body)).toMatchObject({ status, body: { error: { code } } });
  });

  test("refuses who only looks, and who is nobody", async () => {
    const token = await gateway.door.credentials.newApiToken("looker", ["read"]);
    const send = (headers: Record<string, string>) =>
      gateway.raw({
        method: "POST",
        url: "/api/v1/roles/developer/run",
        headers: { "content-type": "application/json", ...headers },
        payload: JSON.stringify({ command: "my-tickets" }),
      });
    expect((await send({ authorization: `Bearer ${token}` })).status).toBe(403);
    expect((await send({})).status).toBe(403);
    expect((await send({ origin: "http://127.0.0.1:5050" })).status).toBe(401);
    expect(gateway.shells.asked).toHaveLength(0);
  });

  test("lets at most four run at once in a role, and sixty a minute", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    gateway.shells.answers.set("status", async () => {
      await held;
      return { exitCode: 0, output: "", cut: false };
    });
    const runs = Array.from({ length: 4 }, () => run("manager", { command: "status" }));
    await expect.poll(() => gateway.shells.asked.length).toBe(4);
    expect(await run("manager", { command: "status" })).toMatchObject({
      ...{ status: 429, body: { error: { code: "role_busy", retryable: true } } },
    });
    expect((await run("developer", { command: "my-tickets" })).status).toBe(200);
    release();
    expect((await Promise.all(runs)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await using other = await openDoor();
    const codes = [];
    for (let count = 0; count < 61; count += 1) {
      const { body } = await other.ask<{ error?: { code: string } }>("POST", "/api/v1/roles/developer/run", {
        command: "my-tickets",
      });
      codes.push(body.error?.code);
    }
    expect(codes.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => undefined));
    expect(codes[60]).toBe("too_many_runs");
  });
});

describe("actions", () => {
  test("ssh_console lists what the role can, its own and the project's", async () => {
    const grids = (await act("ssh_console::developer")).filter(({ type }) => type === "action_grid");
    expect(grids).toHaveLength(2);
    expect(grids[0]).toMatchObject({
      run_value: "run_ssh_cmd::developer",
      commands: [
        { cmd: "my-tickets", params: [] },
        { cmd: "review", params: ["ticket"], placeholder: "<ticket> [--json]" },
      ],
    });
    expect(grids[1]?.commands).toMatchObject([{ cmd: "seed-db" }]);
  });

  test("run_ssh_cmd runs, with progress and its exit code; ssh_cmd takes the argument along", async () => {
    const items = await act("run_ssh_cmd::developer::my-tickets");
    expect(items.filter(({ type }) => type === "progress")).toMatchObject([
      { done: false, error: false },
      { done: true, error: false },
    ]);
    expect(said(items)).toContain("ended well");
    expect(said(await act("ssh_cmd::developer::review::T-0001 'a::b'"))).toContain("T-0001\na::b");
    expect(said(await act("run_ssh_cmd::developer::review", { arg: "T-0002" }))).toContain("T-0002");
    gateway.shells.answers.set("my-tickets", () => ({ exitCode: 4, output: "no", cut: false }));
    expect(said(await act("run_ssh_cmd::developer::my-tickets"))).toContain("exit code 4");
  });

  test("what needs an argument asks for it", async () => {
    const items = await act("run_ssh_cmd::developer::review");
    expect(items).toContainEqual(expect.objectContaining({ type: "input", name: "arg" }));
    expect(gateway.shells.asked).toHaveLength(0);
  });

  test("what changes something runs after a second word, once", async () => {
    const asked = await act("ssh_cmd::monitor::deploy::web");
    expect(gateway.shells.asked).toHaveLength(0);
    const [confirm = ""] = buttons(asked);
    expect(confirm).toMatch(/^confirm_run::[^:]+$/);
    expect(said(await act(confirm))).toContain("ended well");
    expect(gateway.shells.asked).toMatchObject([{ role: "monitor", command: "deploy", args: ["web"] }]);
    expect(said(await act(confirm))).toContain("run already");
    expect(gateway.shells.asked).toHaveLength(1);
    const again = buttons(await act("run_ssh_cmd::developer::my-tickets"))[0] ?? "";
    expect(again).toBe("run_ssh_cmd::developer::my-tickets");
  });

  test("devices are the monitor's; one that is unknown is refused with what to do", async () => {
    expect(said(await act("launch_devices"))).toContain("dockfra devices up");
    expect(await act("deploy_device")).toContainEqual(
      expect.objectContaining({ type: "input", name: "device" }),
    );
    expect(said(await act("do_deploy", { device: "rpi3" }))).toContain("ended well");
    expect(said(await act("test_device", { device: "rpi3" }))).toContain("ended well");
    expect(gateway.shells.asked.map(({ command, args }) => [command, ...args])).toEqual([
      ["deploy", "rpi3"],
      ["service-status", "rpi3"],
    ]);
    const unknown = await act("do_deploy", { device: "no-such-device" });
    expect(said(unknown)).toContain("no-such-device");
    expect(await act("do_deploy", { device: "rpi3 --force" })).toBeDefined();
    expect(gateway.shells.asked.at(-1)?.args).toEqual(["rpi3"]);
  });

  test("roles and commands that do not exist are said", async () => {
    expect(said(await act("ssh_console::root"))).toContain("root is no role");
    expect(said(await act("run_ssh_cmd::developer::rm -rf"))).toContain("has no command");
    expect(said(await act("confirm_run::nothing"))).toContain("run already");
    expect(gateway.shells.asked).toHaveLength(0);
  });
});

describe("the predecessor's calls", () => {
  test("have the developer test its engines, once in a while", async () => {
    gateway.shells.commands.get("developer")?.push({
      ...{ name: "engine-test", summary: "", usage: "[--json]", source: "built_in" },
    });
    gateway.shells.answers.set("engine-test", () => ({
      exitCode: 0,
      output: JSON.stringify({
        ok: true,
        engines: [
          { name: "aider", usable: false, why: "not installed" },
          { name: "built-in", usable: true, why: "a model is set" },
        ],
      }),
      cut: false,
    }));
    await using other = await openDoor();
    other.shells.answers.set(
      "engine-test",
      gateway.shells.answers.get("engine-test") ?? (() => ({ exitCode: 1, output: "", cut: false })),
    );
    for (let count = 0; count < 3; count += 1)
      expect((await other.ask("GET", "/api/engine-status")).body).toEqual({
        engines: [
          { id: "aider", name: "aider", ok: false, message: "not installed" },
          { id: "built-in", name: "built-in", ok: true, message: "a model is set" },
        ],
        preferred: "built-in",
      });
    expect(other.shells.asked).toHaveLength(1);
    expect((await other.ask("GET", "/api/developer-health")).body).toMatchObject({
      ...{ ssh: false, scripts: true, engines: { aider: false, "built-in": true } },
    });
  });

  test("list what the project is made of, and say who starts and stops roles", async () => {
    expect((await gateway.ask("GET", "/api/ssh-options/files/developer")).body).toEqual({
      options: [{ value: "docker-compose.yml", label: "docker-compose.yml" }],
    });
    expect((await gateway.ask("POST", "/api/process/restart/developer")).body).toMatchObject({
      ok: false,
      error: expect.stringContaining("supervisor"),
    });
  });
});

test("over a socket, progress comes while the command runs", async () => {
  await using live = await startLive(gateway);
  const socket = live.connect();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  gateway.shells.answers.set("my-tickets", async () => {
    await held;
    return { exitCode: 0, output: "\u001B[32mgreen\u001B[0m", cut: false };
  });
  const widgets: unknown[] = [];
  socket.on("widget", (widget) => widgets.push(widget));
  socket.emit("action", { value: "run_ssh_cmd::developer::my-tickets" });
  await expect.poll(() => widgets).toMatchObject([{ type: "progress", done: false }]);
  release();
  await expect
    .poll(() => widgets)
    .toMatchObject([
      { type: "progress", done: false },
      { type: "progress", done: true },
      { type: "code", text: "\u001B[32mgreen\u001B[0m" },
      { type: "buttons" },
    ]);
});
