import { describe, expect, test, vi } from "vitest";
import { createBuiltInEngine } from "../../../../agents/engines/built-in/engine.ts";
import { createConversation } from "../../../../agents/engines/built-in/conversation.ts";
import { estimatePrompt } from "../../../../agents/llm/usage.ts";
import { brokenFiles, mendingPatch, openTask } from "../../../support/fake-llm/project.ts";
import { startFakeLlm } from "../../../support/fake-llm/server.ts";
import { fakeRoleLlm } from "../../../support/fake-llm/told.ts";
import { call, say, status, type Script } from "../../../support/fake-llm/turn.ts";

vi.setConfig({ testTimeout: 60_000 });

const answerOf = (argumentsText: string) => ({
  text: "",
  toolCalls: [{ id: "c", name: "read_file", argumentsText }],
  finishReason: "tool_calls",
  usage: undefined,
});

describe("a conversation", () => {
  test("keeps to its size: the oldest results go first, the last ones and all words stay", () => {
    const conversation = createConversation("system", [], { maxTokens: 6_000 });
    conversation.say("the ticket");
    for (let turn = 0; turn < 40; turn++) {
      conversation.take(answerOf("{}"));
      conversation.answer("c", `result ${turn} ${"x".repeat(1_500)}`);
    }
    expect(estimatePrompt(conversation.messages, [])).toBeLessThan(6_000);
    expect(conversation.messages[1]).toEqual({ role: "user", content: "the ticket" });
    expect(conversation.messages.at(-1)?.content).toContain("result 39");
    expect(conversation.messages[3]?.content).toContain("taken out to save room");
    expect(conversation.messages).toHaveLength(82);
  });

  test("takes long arguments out too, and leaves JSON in their place", () => {
    const conversation = createConversation("system", [], { maxTokens: 3_000 });
    for (let turn = 0; turn < 20; turn++) {
      conversation.take(answerOf(JSON.stringify({ content: "y".repeat(2_000) })));
      conversation.answer("c", "Wrote it.");
    }
    const first = conversation.messages[1];
    expect(first?.role === "assistant" && JSON.parse(first.toolCalls[0]?.argumentsText ?? "")).toEqual({
      taken_out: "to save room",
    });
  });

  test("shrinks until nothing is left to take out", () => {
    const conversation = createConversation("system", []);
    for (let turn = 0; turn < 5; turn++) {
      conversation.take(answerOf("{}"));
      conversation.answer("c", "x".repeat(10_000));
    }
    const before = estimatePrompt(conversation.messages, []);
    expect(conversation.shrink()).toBe(true);
    expect(estimatePrompt(conversation.messages, [])).toBeLessThan(before);
    while (conversation.shrink());
    expect(conversation.messages.at(-1)?.content).toHaveLength(10_000);
  });

  test("makes sound what an endpoint would refuse to read again", () => {
    const conversation = createConversation("system", []);
    conversation.take({
      text: "",
      toolCalls: [{ id: "c", name: "two words", argumentsText: "{cut" }],
      finishReason: "length",
      usage: undefined,
    });
    conversation.take({ text: "", toolCalls: [], finishReason: "stop", usage: undefined });
    expect(conversation.messages.slice(1)).toEqual([
      { role: "assistant", content: "", toolCalls: [{ id: "c", name: "unknown", argumentsText: "{}" }] },
      { role: "assistant", content: "…", toolCalls: [] },
    ]);
  });
});

test("a model that holds less than we thought is asked again with less", async () => {
  const names = ["a", "b", "c", "d"];
  const turns = [
    say("plan"),
    ...names.map((name) => call("read_file", { path: `${name}.txt` })),
    call("apply_patch", { patch: mendingPatch }),
    call("finish", { summary: "Mended." }),
  ];
  let refused = 0;
  const narrow: Script = ({ raw }) => {
    if (raw.length <= 24_000) return turns.shift() ?? say("Nothing is left.");
    refused++;
    return status(400, {}, "This model's maximum context length is 8192 tokens.");
  };
  const texts = Object.fromEntries(names.map((name) => [`${name}.txt`, `${name} `.repeat(4_000)]));
  await using fake = await startFakeLlm(narrow);
  await using place = await openTask({ files: { ...brokenFiles, ...texts } });
  const engine = createBuiltInEngine({ llm: fakeRoleLlm(fake, place.user.stateDir), home: place.home });
  expect(await engine.implement(place.task)).toEqual({ summary: "Mended." });
  expect(refused).toBeGreaterThan(0);
});

test("a ticket that is too long for its model ends with a reason", async () => {
  await using fake = await startFakeLlm(status(400, {}, "context length exceeded"));
  await using place = await openTask();
  const engine = createBuiltInEngine({ llm: fakeRoleLlm(fake, place.user.stateDir), home: place.home });
  await expect(engine.implement(place.task)).rejects.toMatchObject({ code: "llm_request_refused" });
  expect(fake.requests).toHaveLength(1);
});
