import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TicketView } from "../../bus/messages/ticket.ts";
import { openDoor, type TestDoor } from "./support/door.ts";
import { secretValue } from "./support/project.ts";
import { finish } from "./support/scripted-monitor.ts";

let gateway: TestDoor;
beforeAll(async () => {
  gateway = await openDoor();
  gateway.monitor.onJob = (job) => finish(job);
});
afterAll(() => gateway[Symbol.asyncDispose]());

interface Item {
  readonly type: string;
  readonly role?: string;
  readonly text?: string;
  readonly name?: string;
  readonly value?: unknown;
  readonly items?: readonly { readonly label?: string; readonly name?: string; readonly value?: string }[];
}

async function run(action: string, form: object = {}): Promise<Item[]> {
  const { status, body } = await gateway.ask<{ ok: boolean; result: Item[] }>("POST", "/api/action", {
    action,
    form,
  });
  expect({ action, status, ok: body.ok }).toEqual({ action, status: 200, ok: true });
  expect(body.result.at(-1)).toMatchObject({ type: "buttons" });
  return body.result;
}
const textOf = (items: readonly Item[]): string => items.flatMap(({ text }) => text ?? []).join("\n");
const values = (items: readonly Item[]): string[] =>
  items.at(-1)?.items?.flatMap(({ value }) => value ?? []) ?? [];

describe("actions", () => {
  test("every button of every answer leads on", async () => {
    const seen = new Set<string>();
    const queue = ["welcome"];
    for (let action = queue.shift(); action !== undefined; action = queue.shift()) {
      if (seen.has(action)) continue;
      seen.add(action);
      const items = await run(action);
      expect(textOf(items)).not.toMatch(/unexpected|There is no action|does not have/);
      queue.push(...values(items).filter((value) => !value.startsWith("logs::")));
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(["status", "settings", "tickets_review", "pick_logs", "settings_group::Web"]),
    );
  });

  test("every action of the contract answers, those to come honestly", async () => {
    const contract = [
      ...[
        "welcome",
        "back",
        "status",
        "settings",
        "settings_nav",
        "settings_group::AI",
        "save_settings::AI",
        "save_env_vars",
      ],
      ...[
        "save_env_var::WEB_PORT",
        "show_missing_env::web",
        "setup_creds",
        "save_creds",
        "test_llm_key::X",
        "launch_all",
      ],
      ...[
        "launch_configure",
        "do_launch",
        "retry_launch",
        "preflight_save_launch::web",
        "rebuild_stack::web",
        "clone_and_launch_app",
      ],
      ...[
        "post_launch_creds",
        "run_post_creds",
        "pick_logs",
        "logs_stack::web",
        "restart_container::x",
        "fix_container::x",
      ],
      ...[
        "diag_port::80",
        "fix_network_overlap::x",
        "fix_acme_storage",
        "fix_readonly_volume::x",
        "fix_docker_perms",
        "fix_vnc_port",
      ],
      ...[
        "fix_compose::web",
        "ssh_info::developer::2200",
        "ssh_console::developer",
        "run_ssh_cmd::developer::ls",
        "ssh_cmd::a::b::c",
      ],
      ...[
        "ticket_create_wizard",
        "tickets_review",
        "ticket_requirements::T-0001",
        "ticket_push_github::T-0001",
        "ticket_sync",
      ],
      ...[
        "manager_suggest_features",
        "engine_select",
        "engine_autotest",
        "set_engine::x",
        "integrations_setup",
        "integrations_save",
      ],
      ...[
        "deploy_device",
        "test_device",
        "do_deploy",
        "launch_devices",
        "ai_analyze::x",
        "suggest_commands::x",
        "run_suggested_cmd::x",
      ],
      ...[
        "project_stats",
        "open_url::http://x",
        "open_github::x",
        "pipeline_skip_implement::T-0001",
        "ticket_requirements_save::T-0001",
      ],
    ];
    for (const action of contract) {
      const text = textOf(await run(action));
      expect({ action, text }).not.toMatchObject({
        text: expect.stringMatching(/unexpected|There is no action/),
      });
    }
  });

  test("nothing that comes in is run, and nothing unknown breaks", async () => {
    for (const value of [
      "run_ssh_cmd::developer::rm -rf /",
      "no_such_action::x",
      "__proto__",
      "constructor",
      "toString::x",
      "::",
      "-v",
      "show_ticket::../../x",
      "manager_approve::",
      "logs::--help",
      "\u0000",
      "<img src=x onerror=alert(1)>",
    ])
      expect(textOf(await run(value))).not.toContain("unexpected");
    expect(textOf(await run("no_such_action::x"))).toContain("no_such_action");
    for (const body of [{}, { action: "" }, { action: "  " }])
      expect(await gateway.ask("POST", "/api/action", body)).toMatchObject({
        status: 400,
        body: { ok: false, error: expect.any(String) },
      });
    expect(await gateway.ask("POST", "/api/action", { value: "status" })).toMatchObject({ status: 200 });
    expect(await gateway.ask("POST", "/api/action", { message: "status" })).toMatchObject({ status: 200 });
  });
});

describe("settings", () => {
  test("show a form without secrets, and save what was changed", async () => {
    const { body: env } = await gateway.ask<Record<string, { group: string }>>("GET", "/api/env");
    const items = await run(`settings_group::${env["DB_PASSWORD"]?.group}`);
    expect(items.find(({ name }) => name === "DB_PASSWORD")).toMatchObject({
      type: "input",
      secret: true,
      value: "••••••",
    });
    expect(JSON.stringify(items)).not.toContain(secretValue);
    expect(
      textOf(await run("save_settings::web", { DB_PASSWORD: "••••••", NGINX_VERSION: "1.28", NOPE: "x" })),
    ).toContain("NGINX_VERSION");
    expect(textOf(await run("save_env_var::WEB_PORT", { value: "18111" }))).toContain("WEB_PORT");
    expect(textOf(await run("save_env_vars", { NOPE: "1" }))).toContain("Nothing was changed");
    expect(textOf(await run("save_env_vars", { WEB_PORT: "a\nb" }))).toContain("WEB_PORT");
    const { variables } = await gateway.options.bus.question("monitor.stacks", {});
    expect(variables.find(({ name }) => name === "WEB_PORT")).toMatchObject({ value: "18111" });
    expect(variables.find(({ name }) => name === "DB_PASSWORD")).toMatchObject({ isSet: true });
  });
});

describe("tickets", () => {
  const show = async (id: string) => (await gateway.ask<TicketView>("GET", `/api/v1/tickets/${id}`)).body;

  test("are handed in by a form, shown, approved as they were shown", async () => {
    expect(textOf(await run("ticket_create_do", { title: " " }))).toContain("title");
    const created = await run("ticket_create_do", {
      title: "By *form*",
      description: "text",
      priority: "high",
    });
    const id = /T-\d{4}/.exec(textOf(created))?.[0] ?? "";
    await expect.poll(async () => (await show(id)).state, { timeout: 5_000 }).toBe("approving");
    const shown = await run(`show_ticket::${id}`);
    expect(textOf(shown)).toContain("By \\*form\\*");
    expect(values(shown)).toEqual(
      expect.arrayContaining([`manager_approve::${id}`, `manager_reject::${id}`]),
    );
    expect(textOf(await run(`manager_approve::${id}`))).toContain("approved");
    await expect.poll(async () => (await show(id)).state, { timeout: 5_000 }).toBe("closed");
    expect(textOf(await run(`manager_approve::${id}`))).toMatch(/closed/);
  });

  test("go back with a reason only", async () => {
    const { body } = await gateway.ask<{ id: string }>("POST", "/api/v1/tickets", { title: "Send back" });
    await expect.poll(async () => (await show(body.id)).state, { timeout: 5_000 }).toBe("approving");
    const asked = await run(`manager_reject::${body.id}`);
    expect(asked).toContainEqual(expect.objectContaining({ type: "input", name: "reason" }));
    expect(textOf(await run(`manager_reject::${body.id}`, { reason: "too red" }))).toContain("back to work");
  });

  test("free text finds what it means", async () => {
    expect(textOf(await run("what about t-0001?"))).toContain("**T-0001**");
    expect((await run("create a new ticket")).some(({ name }) => name === "title")).toBe(true);
    expect(textOf(await run("tell me a joke"))).toContain("do not chat freely");
    const { body } = await gateway.ask<{ conversation: { role: string; text: string }[] }>(
      "GET",
      "/api/history",
    );
    expect(body.conversation).toContainEqual(
      expect.objectContaining({ role: "user", text: "tell me a joke" }),
    );
  });
});
