import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { createBuiltInEngine } from "../../../../agents/engines/built-in/engine.ts";
import type { LlmOptions } from "../../../../agents/llm/llm.ts";
import { mendingPatch, openTask, type TaskInRepo } from "../../../support/fake-llm/project.ts";
import { startFakeLlm, type FakeLlm } from "../../../support/fake-llm/server.ts";
import { fakeRoleLlm } from "../../../support/fake-llm/told.ts";
import { call, say, status, type Script, type Turn } from "../../../support/fake-llm/turn.ts";

// real git and real test runs, on a machine that others use too
vi.setConfig({ testTimeout: 60_000 });

const plan = say("Mend the sign in src/sum.js.");
const patch = call("apply_patch", { patch: mendingPatch });
const finish = call("finish", { summary: "Mended." });

type Given = Partial<LlmOptions> & { settings?: Readonly<Record<string, string>> };

async function run(fake: FakeLlm, place: TaskInRepo, given: Given = {}): Promise<string> {
  const engine = createBuiltInEngine({
    llm: fakeRoleLlm(fake, place.user.stateDir, given),
    home: place.home,
  });
  return (await engine.implement(place.task)).summary;
}

function mended(place: TaskInRepo): Promise<boolean> {
  return readFile(join(place.task.workTree, "src/sum.js"), "utf8").then((text) =>
    text.includes("total += number"),
  );
}

describe("the work is done in spite of", () => {
  const cases: readonly (readonly [name: string, code: string, fault: Turn])[] = [
    ["429 without retry-after", "llm_rate_limited", status(429)],
    ["429 with retry-after", "llm_rate_limited", status(429, { "retry-after": "0.05" })],
    ["500", "llm_server_failed", status(500)],
    ["503 with retry-after", "llm_server_failed", status(503, { "retry-after-ms": "20" })],
    ["silence", "llm_timeout", { kind: "silence" }],
    ["a stream that stalls", "llm_timeout", { kind: "stall", turn: patch, afterBytes: 900 }],
    ["a stream that is cut", "llm_stream_cut", { kind: "cut", turn: patch, afterBytes: 900 }],
    ["garbage", "llm_answer_garbled", { kind: "raw", body: "data: {nonsense\n\n" }],
  ];
  test.each(cases)("%s", async (_, code, fault) => {
    await using fake = await startFakeLlm(fault, plan, fault, patch, finish);
    await using place = await openTask();
    expect(await run(fake, place, { times: { silenceMs: 1_000 } })).toBe("Mended.");
    expect(await mended(place)).toBe(true);
    const retries = place.told.filter((entry) => entry.code === "llm_retry");
    expect(retries.map(({ params }) => params["code"])).toEqual([code, code]);
  });

  test("tools that do not exist and arguments that do not fit", async () => {
    await using fake = await startFakeLlm(
      plan,
      call("shell", { command: "rm -rf /" }),
      call("read_file", { file: "src/sum.js" }),
      call("read_file", '{"path": "src/su'),
      patch,
      finish,
    );
    await using place = await openTask();
    expect(await run(fake, place)).toBe("Mended.");
    const answers = fake.requests.map(({ body }) => body.messages.at(-1)?.content ?? "");
    expect(answers[2]).toContain('no tool "shell"');
    expect(answers[3]).toContain("do not fit");
    expect(answers[4]).toContain("not valid JSON");
    // what was sent back as history is JSON again
    const history = fake.requests.at(-1)?.body.messages.flatMap((message) => message.tool_calls ?? []) ?? [];
    for (const { function: called } of history)
      expect(() => JSON.parse(called.arguments) as unknown).not.toThrow();
  });

  test("words where a call was wanted, and several calls in one turn", async () => {
    await using fake = await startFakeLlm(
      plan,
      say("I think I should patch it."),
      call("read_file", { path: "src/sum.js" }, { name: "apply_patch", args: { patch: mendingPatch } }),
      finish,
    );
    await using place = await openTask();
    expect(await run(fake, place)).toBe("Mended.");
  });

  test("usage that is missing or a lie: we count ourselves", async () => {
    const lies: readonly Turn[] = [
      { ...plan, usage: "none" } as Turn,
      { ...patch, usage: { prompt_tokens: 0, completion_tokens: -4 } } as Turn,
      { ...finish, usage: { prompt_tokens: "many", completion_tokens: 1e15 } } as Turn,
    ];
    await using fake = await startFakeLlm(...lies);
    await using place = await openTask();
    await run(fake, place);
    const usage = place.told.filter(({ code }) => code === "llm_usage").map(({ params }) => params);
    expect(usage).toHaveLength(3);
    for (const told of usage) {
      expect(told["estimated"]).toBe(true);
      expect(told["promptTokens"]).toBeGreaterThan(300);
      expect(told["promptTokens"]).toBeLessThan(10_000);
    }
  });
});

describe("the work ends with a reason", () => {
  test("when the endpoint does not recover", async () => {
    await using fake = await startFakeLlm(plan, status(429));
    await using place = await openTask();
    await expect(run(fake, place)).rejects.toMatchObject({ code: "llm_rate_limited", kind: "unavailable" });
    expect(fake.requests).toHaveLength(1 + 3);
  });

  test("when it is to wait longer than anybody would", async () => {
    await using fake = await startFakeLlm(status(429, { "retry-after": "86400" }));
    await using place = await openTask();
    await expect(run(fake, place)).rejects.toMatchObject({ code: "llm_rate_limited" });
    expect(fake.requests).toHaveLength(1);
  });

  test.each([
    [401, "llm_key_refused", "denied"],
    [402, "llm_credit_exhausted", "invalid_input"],
    [404, "llm_model_unknown", "invalid_input"],
    [400, "llm_request_refused", "invalid_input"],
  ])("at once for status %i", async (code, fault, kind) => {
    await using fake = await startFakeLlm(status(code));
    await using place = await openTask();
    await expect(run(fake, place)).rejects.toMatchObject({ code: fault, kind });
    expect(fake.requests).toHaveLength(1);
  });

  test("when an answer has more than 10 MB", async () => {
    await using fake = await startFakeLlm(plan, { kind: "flood", sizeBytes: 30_000_000 });
    await using place = await openTask();
    await expect(run(fake, place)).rejects.toMatchObject({ code: "llm_answer_too_large" });
    expect(fake.requests).toHaveLength(2);
  });

  test("when it is stopped", async () => {
    await using fake = await startFakeLlm(plan, { kind: "silence" });
    await using place = await openTask();
    const running = run(fake, place);
    setTimeout(() => place.stop.abort(), 400);
    await expect(running).rejects.toThrow();
  });

  test.each([
    ["steps", { ticket_steps: 3 }],
    ["tokens", { ticket_tokens: 6_000 }],
  ])("when its %s are used up", async (what, budgets) => {
    let turn = 0;
    const busy: Script = () => call("write_file", { path: `src/new-${++turn}.js`, content: "export {};\n" });
    await using fake = await startFakeLlm(plan, busy);
    await using place = await openTask({ project: { budgets } });
    await expect(run(fake, place)).rejects.toMatchObject({ code: "llm_budget_exhausted", params: { what } });
    // and a second attempt does not begin anew
    await expect(run(fake, place)).rejects.toMatchObject({ code: "llm_budget_exhausted", params: { what } });
    expect(fake.requests.length).toBeLessThan(12);
  });

  test("when nobody knows the price and there is a budget in money; not when there is a price", async () => {
    await using fake = await startFakeLlm(plan, patch, finish);
    await using place = await openTask({ project: { budgets: { ticket_usd: 1 } } });
    await expect(run(fake, place)).rejects.toMatchObject({ code: "llm_price_unknown" });
    expect(fake.requests).toHaveLength(0);
    const settings = { "llm.prices": '{"fake/model": {"inputPerMillion": 1, "outputPerMillion": 4}}' };
    expect(await run(fake, place, { settings })).toBe("Mended.");
    const usage = place.told.filter(({ code }) => code === "llm_usage").at(-1)?.params ?? {};
    expect(usage["ticketUsd"]).toBeGreaterThan(0);
  });
});

describe("the model", () => {
  test("of the settings comes before that of the environment", async () => {
    await using fake = await startFakeLlm(plan, patch, finish);
    await using place = await openTask();
    await run(fake, place, { settings: { "llm.developer.model": "strong/model" } });
    expect(fake.requests[0]?.body.model).toBe("strong/model");
  });

  test("must be named where the endpoint is not OpenRouter", async () => {
    await using fake = await startFakeLlm(plan);
    await using place = await openTask();
    await expect(run(fake, place, { env: { LLM_BASE_URL: fake.baseUrl } })).rejects.toMatchObject({
      code: "llm_model_missing",
    });
  });

  test("is not asked, and the engine takes nothing, without key and address", async () => {
    await using place = await openTask();
    const engine = createBuiltInEngine({
      llm: fakeRoleLlm({ baseUrl: "" }, place.user.stateDir, { env: {} }),
      home: place.home,
    });
    expect(await engine.canTake(place.task.ticket, place.task)).toBe(false);
    await expect(engine.implement(place.task)).rejects.toMatchObject({ code: "llm_not_configured" });
  });
});
