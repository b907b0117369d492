import { describe, expect, test, vi } from "vitest";
import { createLlmClient } from "../../../agents/llm/client.ts";
import type { ChatRequest } from "../../../agents/llm/messages.ts";
import { startFakeLlm, type FakeLlm } from "../../support/fake-llm/server.ts";
import { toEventStream } from "../../support/fake-llm/stream.ts";
import { canaryKey } from "../../support/fake-llm/told.ts";
import { call, say, status, type Turn } from "../../support/fake-llm/turn.ts";

vi.setConfig({ testTimeout: 30_000 });

const tool = { name: "read_file", description: "Reads.", parameters: { type: "object", properties: {} } };

function ask(fake: FakeLlm, given: Partial<ChatRequest> = {}, apiKey: string | undefined = canaryKey) {
  const client = createLlmClient(
    { baseUrl: fake.baseUrl, apiKey, model: undefined, tellsCost: false },
    { silenceMs: 1_000, answerMs: 10_000 },
  );
  return client.complete({
    model: "fake/model",
    messages: [{ role: "user", content: "hello" }],
    tools: [tool],
    temperature: 0.2,
    maxTokens: 500,
    signal: new AbortController().signal,
    ...given,
  });
}

async function faultOf(turn: Turn): Promise<unknown> {
  await using fake = await startFakeLlm(turn);
  return await ask(fake).then(
    () => "no fault",
    (error: unknown) => error,
  );
}

describe("a client", () => {
  test("streams text, gives usage", async () => {
    await using fake = await startFakeLlm(say("Hello, this is a longer answer."));
    const deltas: string[] = [];
    const answer = await ask(fake, { onText: (delta) => void deltas.push(delta) });
    expect(deltas.length).toBeGreaterThan(3);
    expect(deltas.join("")).toBe("Hello, this is a longer answer.");
    expect(answer).toMatchObject({ text: deltas.join(""), finishReason: "stop", toolCalls: [] });
    expect(answer.usage?.completionTokens).toBeGreaterThan(0);
    expect(fake.requests[0]?.body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 500,
      temperature: 0.2,
    });
  });

  test("puts calls together from their pieces", async () => {
    await using fake = await startFakeLlm(
      call("read_file", { path: "src/a long path.js" }, { name: "list_files", args: {} }),
    );
    const { toolCalls } = await ask(fake);
    expect(toolCalls.map(({ name, argumentsText }) => [name, argumentsText])).toEqual([
      ["read_file", '{"path":"src/a long path.js"}'],
      ["list_files", "{}"],
    ]);
    expect(new Set(toolCalls.map(({ id }) => id)).size).toBe(2);
  });

  test("sends its history in the protocol's form", async () => {
    await using fake = await startFakeLlm(say("ok"));
    await ask(fake, {
      messages: [
        { role: "system", content: "s" },
        { role: "assistant", content: "", toolCalls: [{ id: "c1", name: "read_file", argumentsText: "{}" }] },
        { role: "tool", callId: "c1", content: "text" },
      ],
      toolChoice: "none",
    });
    expect(fake.requests[0]?.body.messages).toEqual([
      { role: "system", content: "s" },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c1", type: "function", function: { name: "read_file", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "c1", content: "text" },
    ]);
    expect(fake.requests[0]?.body.tool_choice).toBe("none");
  });

  test("sends the key in one header and nowhere else, and none where there is none", async () => {
    await using fake = await startFakeLlm(say("ok"));
    await ask(fake);
    const seen = fake.requests[0];
    const { headers = {}, raw = "", url = "" } = seen ?? {};
    expect(headers["authorization"]).toBe(`Bearer ${canaryKey}`);
    expect(JSON.stringify({ ...headers, authorization: "" }) + raw + url).not.toContain("canary");
    const client = createLlmClient(
      { baseUrl: fake.baseUrl, apiKey: undefined, model: undefined, tellsCost: false },
      { silenceMs: 300, answerMs: 900 },
    );
    await client.complete({
      model: "m",
      messages: [],
      tools: [],
      temperature: 0,
      maxTokens: 1,
      signal: new AbortController().signal,
    });
    expect(fake.requests.at(-1)?.headers["authorization"]).toBeUndefined();
  });

  test.each(["temperature", "tool_choice", "stream_options"])(
    "does without %s where the endpoint does not know it",
    async (name) => {
      const refuse: Turn = status(
        400,
        {},
        `Unsupported parameter: '${name}' is not supported with this model.`,
        { param: name },
      );
      await using fake = await startFakeLlm(refuse, say("ok"));
      expect((await ask(fake)).text).toBe("ok");
      expect(fake.requests[0]?.raw).toContain(`"${name}"`);
      expect(fake.requests[1]?.raw).not.toContain(`"${name}"`);
    },
  );

  test("says max_completion_tokens where max_tokens is refused", async () => {
    await using fake = await startFakeLlm(
      status(400, {}, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
      say("ok"),
    );
    await ask(fake);
    expect(fake.requests[1]?.body).toMatchObject({ max_completion_tokens: 500 });
    expect(fake.requests[1]?.body.max_tokens).toBeUndefined();
  });
});

describe("faults", () => {
  test.each([
    [401, "llm_key_refused"],
    [403, "llm_key_refused"],
    [402, "llm_credit_exhausted"],
    [404, "llm_model_unknown"],
    [400, "llm_request_refused"],
    [413, "llm_request_refused"],
    [429, "llm_rate_limited"],
    [500, "llm_server_failed"],
    [503, "llm_server_failed"],
    [408, "llm_server_failed"],
  ])("status %i is %s", async (code, fault) => {
    expect(await faultOf(status(code))).toMatchObject({ code: fault, params: { status: code } });
  });

  test("retry-after is read as seconds, milliseconds or a date", async () => {
    expect(await faultOf(status(429, { "retry-after": "7" }))).toMatchObject({ retryAfterMs: 7_000 });
    expect(await faultOf(status(429, { "retry-after-ms": "250" }))).toMatchObject({ retryAfterMs: 250 });
    const date = (await faultOf(
      status(429, { "retry-after": new Date(Date.now() + 60_000).toUTCString() }),
    )) as { retryAfterMs: number };
    expect(date.retryAfterMs).toBeGreaterThan(50_000);
    expect(await faultOf(status(429, { "retry-after": "soon" }))).toMatchObject({ retryAfterMs: undefined });
  });

  test("silence before and within an answer", async () => {
    expect(await faultOf({ kind: "silence" })).toMatchObject({ code: "llm_timeout" });
    expect(await faultOf({ kind: "stall", turn: say("a long answer"), afterBytes: 600 })).toMatchObject({
      code: "llm_timeout",
    });
  });

  test("nobody there", async () => {
    const fake = await startFakeLlm();
    await fake[Symbol.asyncDispose]();
    await expect(ask(fake)).rejects.toMatchObject({ code: "llm_unreachable" });
  });

  test("a redirect is not followed", async () => {
    await using other = await startFakeLlm(say("stolen"));
    expect(await faultOf(status(307, { location: `${other.baseUrl}/chat/completions` }))).toMatchObject({
      code: "llm_unreachable",
    });
    expect(other.requests).toEqual([]);
  });

  test.each([
    ["a page of HTML", "<html><body>It works</body></html>"],
    ["no JSON", "data: {garbage\n\ndata: [DONE]\n\n"],
    ["another shape", 'data: {"choices": "none"}\n\n'],
    ["numbers for text", 'data: {"choices":[{"index":0,"delta":{"content":5},"finish_reason":null}]}\n\n'],
    ["nothing", ""],
    ["the end at once", "data: [DONE]\n\n"],
    ["bytes that are no text", "\u0000\u0001\ufffd".repeat(1_000)],
  ])("%s is garbled or cut", async (_, body) => {
    expect(await faultOf({ kind: "raw", body })).toMatchObject({
      code: expect.stringMatching(/^llm_(?:answer_garbled|stream_cut)$/) as string,
    });
  });

  test("an error inside a stream that began well", async () => {
    const body = `data: {"choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}\n\ndata: {"error":{"code":429,"message":"slow down"}}\n\n`;
    expect(await faultOf({ kind: "raw", body })).toMatchObject({ code: "llm_rate_limited" });
  });

  test("10 MB and more are not read to their end", async () => {
    const startMs = performance.now();
    expect(await faultOf({ kind: "flood", sizeBytes: 40_000_000 })).toMatchObject({
      code: "llm_answer_too_large",
    });
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  test("a call that is stopped gives the stopper's reason", async () => {
    await using fake = await startFakeLlm({ kind: "silence" });
    const stop = new AbortController();
    const asked = ask(fake, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 50);
    await expect(asked).rejects.toThrow("enough");
  });
});

test("a stream cut at any byte is a fault, or the whole answer", async () => {
  const turn = call("read_file", { path: "src/ä.js" });
  if (turn.kind !== "answer") throw new TypeError("no answer");
  const whole = Buffer.from(toEventStream(turn, "fake/model", 100));
  const end = whole.indexOf('finish_reason":"tool_calls');
  const cuts = Array.from({ length: Math.ceil(whole.length / 13) }, (_, index) => index * 13);
  await using fake = await startFakeLlm(
    ...cuts.map((afterBytes): Turn => ({ kind: "cut", turn, afterBytes })),
  );
  for (const afterBytes of cuts) {
    const outcome = await ask(fake).catch((error: unknown) => error);
    if (afterBytes < end)
      expect(outcome, `cut at ${afterBytes}`).toMatchObject({
        code: expect.stringMatching(/^llm_(?:stream_cut|answer_garbled|unreachable)$/) as string,
      });
    else if (!(outcome instanceof Error))
      expect(outcome, `cut at ${afterBytes}`).toMatchObject({
        toolCalls: [{ name: "read_file", argumentsText: '{"path":"src/ä.js"}' }],
      });
  }
  expect(fake.requests).toHaveLength(cuts.length);
}, 30_000);
