import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findInLog, logCodes } from "../../../../agents/shell/operations/log-rules.ts";
import { createLogAnalysis } from "../../../../agents/shell/operations/log-analysis.ts";
import { createLlm } from "../../../../agents/llm/llm.ts";
import { startFakeLlm, type FakeLlm } from "../../../support/fake-llm/server.ts";
import { call, say, status } from "../../../support/fake-llm/turn.ts";
import { createShellHouse, type ShellHouse } from "./shell-house.ts";

async function configure(house: ShellHouse, llm: FakeLlm): Promise<void> {
  await mkdir(house.user.stateDir, { recursive: true });
  await writeFile(join(house.user.stateDir, ".env"), `LLM_BASE_URL=${llm.baseUrl}\nLLM_MODEL=small/one\n`);
}

const planned = {
  tickets: [
    { title: "First\nthing", description: "Do it.\n```diff\n--- a/x\n```", priority: "high" },
    { title: "Second thing", description: "Then this.", priority: "normal" },
  ],
};

test("a question is answered by the role's own model, and nothing of it steers the terminal", async () => {
  await using llm = await startFakeLlm(say("Look at \u001b[2Jthe log."));
  await using house = await createShellHouse();
  await configure(house, llm);
  const asked = await house.shell("manager", "ask", ["what", "now?"]);
  expect(asked).toMatchObject({ exitCode: 0, out: "Look at ␛[2Jthe log.\n" });
  expect(asked.err).toContain("small/one");
  expect(llm.requests[0]?.raw).toContain("what now?");
  const fromStdin = await house.shell("developer", "ask", ["-", "--json"], { stdin: "from a pipe" });
  expect(JSON.parse(fromStdin.out)).toMatchObject({ ok: true, model: "small/one" });
  expect(llm.requests[1]?.raw).toContain("from a pipe");
});

test("a plan is shown first and created when told so; no diff gets through", async () => {
  await using llm = await startFakeLlm(call("answer", planned));
  await using house = await createShellHouse(undefined, { without: ["developer", "autopilot"] });
  await configure(house, llm);
  const shown = await house.shell("manager", "plan", ["a", "shop"]);
  expect(shown).toMatchObject({ exitCode: 0 });
  expect(shown.out).toContain("1. First thing  high");
  expect(shown.out).toContain("add --create");
  expect((await house.operator.ask("ticket.list", {})).total).toBe(0);
  const created = await house.shell("manager", "plan", ["a shop", "--create", "--json"]);
  expect(JSON.parse(created.out)).toMatchObject({ ok: true, created: ["T-0001", "T-0002"] });
  const first = await house.operator.ask("ticket.show", { id: "T-0001" });
  expect(first).toMatchObject({ title: "First thing", priority: "high" });
  expect(first.description.head).not.toContain("```");
  expect(await house.shell("manager", "plan", [])).toMatchObject({ exitCode: 2 });
});

test("the autopilot keeps its plan over a restart and hands it in once", async () => {
  await using llm = await startFakeLlm(call("answer", planned));
  await using house = await createShellHouse(undefined, { without: ["developer"] });
  await configure(house, llm);
  expect(await house.shell("autopilot", "pilot-plan", ["a shop"])).toMatchObject({ exitCode: 0 });
  house.start("autopilot");
  const kept = await house.shell("autopilot", "pilot-plan");
  expect(kept.out).toContain("2. Second thing");
  expect((await house.shell("autopilot", "create-from-plan")).out).toBe("Created T-0001, T-0002\n");
  expect(await house.shell("autopilot", "create-from-plan")).toMatchObject({ exitCode: 4 });
  expect((await house.operator.ask("ticket.list", {})).total).toBe(2);
  expect((await house.shell("autopilot", "pilot-status")).out).toContain("2 tickets, 2 created");
});

test("a model that fails is a coded sentence, and a log is read by rules without it", async () => {
  await using llm = await startFakeLlm(status(401));
  await using house = await createShellHouse();
  await configure(house, llm);
  const failed = await house.shell("manager", "ask", ["what now?", "--json"]);
  expect(failed.exitCode).not.toBe(0);
  expect(JSON.parse(failed.out)).toMatchObject({
    ok: false,
    error: { code: expect.stringMatching(/^llm_/) as string },
  });

  const client = house.bus.worker("monitor", "monitor-2");
  const source = { llm: createLlm({ client, role: "monitor", stateDir: house.user.stateDir }), client };
  const analyze = createLogAnalysis(source, async () => [
    "ok",
    "\u001b[31mError: connect ECONNREFUSED db:5432\u001b[0m",
  ]);
  const told: string[] = [];
  const context = { line: (text: string) => void told.push(text), signal: AbortSignal.timeout(20_000) };
  expect(await analyze({ name: "web", lines: 10 }, context)).toEqual({
    lines: 2,
    findings: [{ code: "log_connection_refused", line: "Error: connect ECONNREFUSED db:5432", count: 1 }],
  });
  expect(told.join("\n")).toContain("llm_");
});

test.each([
  ["FATAL:  password authentication failed for user", "log_password_wrong"],
  ["bind: address already in use", "log_port_taken"],
  ["Error: listen EADDRINUSE: address already in use :::3000", "log_port_taken"],
  ["could not extend file: No space left on device", "log_disk_full"],
  ["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "log_out_of_memory"],
  ["getaddrinfo ENOTFOUND db", "log_no_name"],
  ["exec /app: exec format error", "log_exec_format"],
  ["Error: Cannot find module 'express'", "log_module_missing"],
  ["open /data: permission denied", "log_permission"],
  ["x509: certificate has expired or is not yet valid", "log_certificate"],
  ['GET / HTTP/1.1" 502 157', "log_server_error"],
  ["ERROR: relation does not exist", "log_error"],
  ["an error happened", "log_error"],
  ["0 failures, all fine", undefined],
])("%s means %s", (line, code) => {
  expect(findInLog([line])[0]?.code).toBe(code);
  if (code !== undefined) expect(logCodes).toContain(code);
});
