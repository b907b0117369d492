import { expect, test } from "vitest";
import { createLlm } from "../../../agents/llm/llm.ts";
import { startFakeLlm } from "../../support/fake-llm/server.ts";
import { canaryKey, fakeRoleLlm, recordProgress, settingsClient } from "../../support/fake-llm/told.ts";
import { say } from "../../support/fake-llm/turn.ts";
import { makeScratch } from "../../support/scratch.ts";

const signal = new AbortController().signal;

test("a key in dockfra/.env counts, also one that is added later; the environment comes first", async () => {
  await using scratch = await makeScratch();
  await using fake = await startFakeLlm(say("ok"));
  const llm = createLlm({
    client: settingsClient(),
    role: "manager",
    stateDir: scratch.dir,
    env: { LLM_MODEL: "from/environment" },
  });
  expect(await llm.isConfigured()).toBe(false);
  await scratch.write(
    ".env",
    `OPENROUTER_API_KEY='${canaryKey}'\nLLM_BASE_URL=${fake.baseUrl}\nLLM_MODEL=from/file\n`,
  );
  expect(await llm.isConfigured()).toBe(true);
  const session = await llm.open({ ticket: "T-0001", budgets: {}, progress: recordProgress().progress });
  expect(session.model).toBe("from/environment");
  await session.chat.ask({
    messages: [{ role: "user", content: "hello" }],
    tools: [],
    temperature: 0,
    signal,
  });
  expect(fake.requests[0]?.headers["authorization"]).toBe(`Bearer ${canaryKey}`);
});

test("no known secret is in a prompt, whoever put it there", async () => {
  await using scratch = await makeScratch();
  await using fake = await startFakeLlm(say("ok"));
  const env = {
    OPENROUTER_API_KEY: canaryKey,
    LLM_BASE_URL: fake.baseUrl,
    LLM_MODEL: "m",
    DB_PASSWORD: "hunter2-hunter2",
    EDITOR: "not-secret-at-all",
  };
  const llm = fakeRoleLlm(fake, scratch.dir, { env });
  const { progress, told } = recordProgress();
  const session = await llm.open({ ticket: "T-0001", budgets: {}, progress });
  const content = `key ${canaryKey} password hunter2-hunter2 editor not-secret-at-all`;
  await session.chat.ask({
    messages: [
      { role: "user", content },
      {
        role: "assistant",
        content,
        toolCalls: [{ id: "c", name: "t", argumentsText: JSON.stringify({ content }) }],
      },
      { role: "tool", callId: "c", content },
    ],
    tools: [],
    temperature: 0,
    signal,
  });
  session.progress("engine_started", { engine: canaryKey }, `hunter2-hunter2`);
  const raw = (fake.requests[0]?.raw ?? "") + JSON.stringify(told);
  expect(raw).not.toMatch(/canary|hunter2/);
  expect(raw).toContain("not-secret-at-all");
});

test("a role's own model comes before the environment's; nonsense is refused", async () => {
  await using scratch = await makeScratch();
  const open = (settings: Record<string, string>) =>
    fakeRoleLlm({ baseUrl: "http://127.0.0.1:9/v1" }, scratch.dir, { settings }).open({
      ticket: "T-0001",
      budgets: {},
      progress: () => undefined,
    });
  expect((await open({ "llm.developer.model": "a/b", "llm.manager.model": "c/d" })).model).toBe("a/b");
  await expect(open({ "llm.developer.model": "two words" })).rejects.toMatchObject({
    code: "llm_model_missing",
  });
  await expect(open({ "llm.prices": "[]" })).rejects.toMatchObject({ code: "llm_setting_invalid" });
  await expect(open({ "llm.budgets": '{"week_tokens": 1}' })).rejects.toMatchObject({
    code: "llm_setting_invalid",
  });
});
