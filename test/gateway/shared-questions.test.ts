import { expect, test } from "vitest";
import type { QuestionClient } from "../../bus/ports/intents.ts";
import { shareQuestions } from "../../gateway/project/shared-questions.ts";

/** A client that counts what it is asked, and answers when told. */
function createSlowClient() {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const client = {
    question: (question: string) => {
      asked.push(question);
      return new Promise((resolve) => waiting.push(() => resolve({ question, n: asked.length })));
    },
  } as unknown as QuestionClient;
  return { asked, client, answerAll: () => waiting.splice(0).forEach((answer) => answer()) };
}

test("who asks the same at the same time shares one answer", async () => {
  const { asked, client, answerAll } = createSlowClient();
  const shared = shareQuestions(client);
  const answers = Promise.all(Array.from({ length: 100 }, () => shared.question("monitor.stacks", {})));
  const other = shared.question("monitor.detect", { key: "A" });
  answerAll();
  expect(new Set(await answers).size).toBe(1);
  await other;
  expect(asked).toEqual(["monitor.stacks", "monitor.detect"]);
  const later = shared.question("monitor.stacks", {});
  answerAll();
  await later;
  expect(asked).toHaveLength(3);
});

test("nobody gets an answer from before a value was written", async () => {
  const { asked, client, answerAll } = createSlowClient();
  const shared = shareQuestions(client);
  const before = shared.question("monitor.stacks", {});
  const write = shared.question("monitor.env-set", { values: {} });
  const during = shared.question("monitor.stacks", {});
  answerAll();
  await Promise.all([before, write, during]);
  const after = shared.question("monitor.stacks", {});
  answerAll();
  await after;
  expect(asked.filter((question) => question === "monitor.stacks")).toHaveLength(3);
});

test("a failed question is asked anew", async () => {
  let tries = 0;
  const shared = shareQuestions({
    question: () => {
      tries += 1;
      return Promise.reject(new Error("down"));
    },
  });
  await expect(shared.question("monitor.stacks", {})).rejects.toThrow("down");
  await expect(shared.question("monitor.stacks", {})).rejects.toThrow("down");
  expect(tries).toBe(2);
});
