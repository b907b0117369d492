import { createServer, type AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Finding } from "../../bus/messages/stack-service.ts";
import { toWebUrl } from "../../gateway/wizard/links.ts";
import { openDoor, type TestDoor } from "./support/door.ts";
import { at, finish } from "./support/scripted-monitor.ts";

let gateway: TestDoor;
beforeEach(async () => {
  gateway = await openDoor();
  gateway.monitor.onJob = (job) => finish(job);
});
afterEach(() => gateway[Symbol.asyncDispose]());

interface Item {
  readonly type: string;
  readonly name?: string;
  readonly text?: string;
  readonly label?: string;
  readonly value?: unknown;
  readonly items?: readonly { readonly label: string; readonly value: string }[];
}

async function run(action: string, form: object = {}): Promise<Item[]> {
  const { body } = await gateway.ask<{ result: Item[] }>("POST", "/api/action", { action, form });
  return body.result;
}
const textOf = (items: readonly Item[]): string => items.flatMap(({ text }) => text ?? []).join("\n");
const buttonsOf = (items: readonly Item[]) => items.at(-1)?.items ?? [];
const press = (items: readonly Item[], label: RegExp, form?: object): Promise<Item[]> => {
  const button = buttonsOf(items).find((one) => label.test(one.label));
  expect(button, `a button like ${label}`).toBeDefined();
  return run(button?.value ?? "", form);
};
const actions = () => gateway.monitor.begun.map(({ action }) => action);

const danger: Finding = {
  ...{ code: "no_such_sentence", severity: "warning", message: "web mounts the engine's socket" },
  ...{ params: {}, stack: "web", hash: "h1" },
};
const fix = { id: "f1", code: "fix_restart", params: { service: "web" }, safe: true, undoable: true };
const looping = {
  ...{ id: "d1", code: "cause_crash_loop", severity: "error" as const, stack: "web", service: "web" },
  params: { service: "web", restarts: 7, exitCode: 1 },
  evidence: [{ source: "log of web-1", text: "no table users" }],
  fixes: [fix],
};

describe("a launch", () => {
  test("is begun as the form says, shows each service, and offers what comes after it", async () => {
    const { monitor } = gateway;
    monitor.project = (view) => ({
      ...view,
      postLaunch: [
        { label: "Open the shop", action: "open_url::http://127.0.0.1:8088", shown: true },
        { label: "Not now", action: "status", shown: false },
      ],
    });
    monitor.onJob = (job) => {
      job.services.push(at("web", "web", "pull", 0.2));
      setTimeout(() => {
        job.services.splice(0, 1, at("web", "web", "healthy"));
        finish(job, { url: "http://127.0.0.1:8088" });
      }, 50);
    };
    const items = await run("do_launch", { stacks: "web, infra", environment: "production" });
    expect(actions()).toEqual([{ do: "launch", stacks: ["web", "infra"], environment: "production" }]);
    const bars = items.filter(({ type }) => type === "progress");
    expect(bars).toMatchObject([
      { label: "launch web, infra", done: false },
      { label: "web/web", done: false },
      { label: "launch web, infra", done: true, error: false },
      { label: "web/web", done: true, error: false },
    ]);
    expect(textOf(items)).toContain("http://127.0.0.1:8088");
    expect(buttonsOf(items).map(({ label }) => label)).toEqual(
      expect.arrayContaining(["Open the shop", "Credentials"]),
    );
    expect(JSON.stringify(items)).not.toContain("Not now");
  });

  test("does not begin where something is in the way; what is missing is asked for, saved, and tried again", async () => {
    const { monitor } = gateway;
    monitor.findings.push({
      ...{ code: "value_missing", severity: "error", message: "", stack: "web" },
      params: { name: "DB_PASSWORD", stacks: "web" },
    });
    monitor.project = (view) => ({
      ...view,
      variables: view.variables.map((one) =>
        one.name === "DB_PASSWORD" ? { ...one, missing: true, requiredFor: ["web"] } : one,
      ),
    });
    const blocked = await run("launch_all");
    expect(actions()).toEqual([]);
    expect(textOf(blocked)).toContain("DB_PASSWORD has no value");
    expect(blocked.some(({ name }) => name === "DB_PASSWORD")).toBe(true);
    monitor.findings.length = 0;
    const launched = await press(blocked, /Save and launch/, { DB_PASSWORD: "a-long-password" });
    expect(textOf(launched)).toContain("Saved: DB_PASSWORD");
    expect(actions()).toEqual([{ do: "launch", stacks: [] }]);
    await run("retry_launch");
    await run("rebuild_stack::web");
    await run("clone_and_launch_app");
    expect(actions().slice(1)).toEqual([
      { do: "launch", stacks: [] },
      { do: "launch", stacks: ["web"], build: true },
      { do: "clone-app" },
    ]);
  });

  test("with a dangerous setting needs a person's word for exactly that one", async () => {
    gateway.monitor.findings.push(danger);
    const asked = await run("do_launch", { stacks: ["web"] });
    expect(textOf(asked)).toContain("mounts the engine's socket");
    await press(asked, /^Accept/);
    expect(actions()).toEqual([{ do: "launch", stacks: ["web"], approve: ["h1"] }]);
  });

  test("that fails says why, with evidence and fixes; a fix can be undone", async () => {
    const { monitor } = gateway;
    monitor.diagnoses.push(looping);
    monitor.onJob = (job) => {
      if (job.action.do !== "launch") return finish(job, { undo: "f1" });
      job.state = "failed";
      job.log.push("Container web-1 Error");
      job.error = {
        ...{ kind: "unavailable", code: "no_such_code", message: "web did not become healthy." },
        ...{ retryable: false, params: {} },
      };
    };
    const failed = await run("do_launch", { stacks: "web" });
    expect(textOf(failed)).toMatch(/did not become healthy[\s\S]*web-1 Error[\s\S]*no table users/);
    const button = buttonsOf(failed).find(({ value }) => value.startsWith("run_suggested_cmd::"));
    const fixed = await run(button?.value ?? "");
    expect(actions().at(-1)).toEqual({ do: "fix", fix: "f1" });
    await press(fixed, /Undo/);
    expect(actions().at(-1)).toEqual({ do: "undo", fix: "f1" });
    expect(textOf(await run(button?.value ?? ""))).toContain("done already");
  });

  test("that goes on can be looked at and cancelled from the chat", async () => {
    gateway.monitor.onJob = () => undefined;
    const { body } = await gateway.ask<{ id: string }>("POST", "/api/v1/jobs", { do: "launch", stacks: [] });
    expect(textOf(await run(`cancel_job::${body.id}`))).toContain("cancelled");
    expect(textOf(await run(`follow_job::${body.id}`))).toContain("cancelled");
    expect(textOf(await run("follow_job::none"))).toContain("no job");
  });
});

describe("what is wrong", () => {
  beforeEach(() => {
    const { monitor } = gateway;
    monitor.services.push({
      ...{ stack: "web", service: "web", container: "web-web-1", state: "restarting", ports: [] },
    });
    monitor.diagnoses.push(looping);
  });

  test("is said of a container, by rules or with a model's word", async () => {
    expect(textOf(await run("fix_container::web-web-1"))).toContain("log of web-1: no table users");
    expect(gateway.monitor.diagnosed).toEqual([{ stack: "web", service: "web" }]);
    expect(textOf(await run("ai_analyze::web-web-1"))).toContain("No model was asked");
    gateway.monitor.diagnoses.splice(0, 1, {
      ...looping,
      analysis: { text: "Run the migration.", lines: [] },
    });
    expect(textOf(await run("ai_analyze::web-web-1"))).toContain("Run the migration.");
    await run("restart_container::web-web-1");
    expect(actions()).toEqual([{ do: "restart", stack: "web", services: ["web"] }]);
    expect(textOf(await run("fix_container::foreign-1"))).toContain("No stack has a container");
  });

  test("an unsafe fix asks once more, and only the person who was asked can say yes", async () => {
    gateway.monitor.diagnoses.splice(0, 1, { ...looping, fixes: [{ ...fix, safe: false }] });
    const offered = await run("suggest_commands::web-web-1");
    const asked = await run(
      buttonsOf(offered).find(({ value }) => value.startsWith("run_suggested_cmd::"))?.value ?? "",
    );
    expect(actions()).toEqual([]);
    expect(textOf(asked)).toContain("Shall it be done?");
    await press(asked, /Do it/);
    expect(actions()).toEqual([{ do: "fix", fix: "f1", approved: true }]);
    for (const forged of ["run_suggested_cmd::f1", "run_suggested_cmd::rm -rf /", "run_suggested_cmd"])
      expect(textOf(await run(forged))).toContain("done already");
    expect(actions()).toHaveLength(1);
  });

  test("the predecessor's fixes are those of their topic", async () => {
    const { monitor } = gateway;
    const acme = { ...looping, id: "d2", code: "cause_acme_mode", evidence: [], fixes: [] };
    monitor.diagnoses.push({ ...acme, params: { file: "acme.json", mode: "644" } });
    expect(textOf(await run("fix_acme_storage"))).not.toContain("no table users");
    expect(textOf(await run("fix_network_overlap::web_default"))).toContain("Nothing is found");
    expect(textOf(await run("fix_compose::web"))).toContain("no table users");
    expect(textOf(await run("fix_compose::other"))).toContain("Nothing is found");
  });

  test("a port is looked up, and another offered for its variable", async () => {
    expect(textOf(await run("diag_port::x"))).toContain("1 to 65535");
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      gateway.monitor.project = (view) => ({
        ...view,
        variables: view.variables.map((one) =>
          one.name === "WEB_PORT" ? { ...one, value: String(port) } : one,
        ),
      });
      const items = await run(`diag_port::${port}`);
      expect(textOf(items)).toContain(`Port ${port} is held`);
      expect(items.find(({ name }) => name === "WEB_PORT")?.value).not.toBe(String(port));
      expect(buttonsOf(items).map(({ value }) => value)).toContain("save_env_var::WEB_PORT");
    } finally {
      server.close();
    }
  });

  test("a stack's log is shown by service", async () => {
    gateway.monitor.log.push({ service: "web", atMs: 1, text: "GET / 200", level: "info" });
    expect(textOf(await run("logs_stack::web"))).toContain("web | GET / 200");
  });
});

describe("credentials, engines, links", () => {
  test("a secret is asked for without being shown, and what uses it is launched anew", async () => {
    const asked = await run("setup_creds");
    expect(asked.find(({ name }) => name === "DB_PASSWORD")).toMatchObject({ value: "••••••" });
    await run("run_post_creds", { DB_PASSWORD: "another-password" });
    expect(actions()).toEqual([{ do: "launch", stacks: ["web"] }]);
    await run("run_post_creds", { DB_PASSWORD: "••••••" });
    expect(actions()).toHaveLength(1);
  });

  test("a model's key is tested by the manager, who has it", async () => {
    gateway.shells.commands.get("manager")?.push({
      ...{ name: "ask", summary: "ask", usage: "<question...>", source: "built_in" },
    });
    gateway.shells.answers.set("ask", () => ({ exitCode: 0, output: "ready\n", cut: false }));
    expect(textOf(await run("test_llm_key::OPENROUTER_API_KEY"))).toContain("has no value");
    gateway.monitor.project = (view) => ({
      ...view,
      variables: view.variables.map((one) => ({ ...one, isSet: true })),
    });
    expect(textOf(await run("test_llm_key::OPENROUTER_API_KEY"))).toContain("ready");
    expect(gateway.shells.asked).toMatchObject([{ role: "manager", command: "ask" }]);
  });

  test("an engine is put first, where the developer has it", async () => {
    gateway.shells.answers.set("engine-test", () => ({
      exitCode: 0,
      output: JSON.stringify({ engines: [{ name: "patch", usable: true, why: "" }] }),
      cut: false,
    }));
    await run("engine_select");
    expect(textOf(await run("set_engine::patch"))).toContain("patch is now asked first");
    expect(textOf(await run("set_engine::evil"))).toContain("no engine");
    const { value } = await gateway.options.bus.ask("settings.get", { key: "engine.preferred" });
    expect(value).toBe("patch");
  });

  test.each([
    ["git@github.com:ada/shop.git", "https://github.com/ada/shop"],
    ["ssh://git@git.example:2222/ada/shop.git", "https://git.example/ada/shop"],
    ["https://token@github.com/ada/shop.git", "https://github.com/ada/shop"],
    ["/srv/git/shop.git", undefined],
    ["javascript:alert(1)", undefined],
  ])("the page of %s is %s", (remote, page) => {
    expect(toWebUrl(remote)?.href).toBe(page);
  });

  test("a link is given, and nothing but a link", async () => {
    expect(textOf(await run("open_url::https://example.test/a?b=1"))).toBe("https://example.test/a?b=1");
    for (const bad of ["javascript:alert(1)", "file:///etc/passwd", "", "data:text/html,x"])
      expect(textOf(await run(`open_url::${bad}`))).toContain("http or https");
    expect(textOf(await run("open_github::issues"))).toContain("no remote");
  });
});
