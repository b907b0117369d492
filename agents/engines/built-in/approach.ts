import { DockfraError } from "../../../bus/kernel/errors.ts";
import type { Chat, Question } from "../../llm/chat.ts";
import type { LlmSession } from "../../llm/llm.ts";
import type { ChatAnswer, ToolCall } from "../../llm/messages.ts";
import { toDataBlock } from "../../llm/untrusted-text.ts";
import type { CallOutcome, Toolbox } from "../../tools/toolbox.ts";
import { createConversation, type Conversation } from "./conversation.ts";
import { createProgressWatch, type Stall } from "./progress-watch.ts";
import { nudge, planRequest, systemPrompt } from "./prompts.ts";

export interface ApproachOptions {
  readonly session: LlmSession;
  readonly toolbox: Toolbox;
  /** What the model is told first. */
  readonly opening: string;
  readonly temperature: number;
  readonly signal: AbortSignal;
}

export type ApproachEnd =
  | { readonly done: true; readonly summary: string }
  | { readonly done: false; readonly stall: Stall; readonly plan: string };

const runTests: ToolCall = { id: "own", name: "run_tests", argumentsText: "{}" };

/** Lets the model plan, then work by tools until it finishes or gets nowhere. @throws `llm_budget_exhausted`, the endpoint's refusals */
export async function takeApproach({
  session,
  toolbox,
  opening,
  temperature,
  signal,
}: ApproachOptions): Promise<ApproachEnd> {
  const { chat, budget } = session;
  const conversation = createConversation(systemPrompt, toolbox.specs);
  const watch = createProgressWatch();
  const tests = createTestMemory();
  conversation.say(`${opening}\n\n${planRequest}`);
  let plan: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    budget.beginStep();
    const planning = plan === undefined;
    const answer = await askWithRoom(chat, conversation, {
      tools: toolbox.specs,
      toolChoice: planning ? "none" : "auto",
      temperature,
      signal,
      tellAs: planning ? "llm_plan" : "llm_text",
    });
    conversation.take(answer);
    plan ??= answer.text;
    if (answer.toolCalls.length === 0) {
      const stall = planning ? undefined : watch.sawSilence();
      if (stall) return { done: false, stall, plan };
      conversation.say(planning ? "Good. Begin." : nudge);
      continue;
    }
    let end: ApproachEnd | undefined;
    for (const call of answer.toolCalls) {
      // every call needs its answer, or the endpoint refuses the next turn
      if (end) {
        conversation.answer(call.id, "Not done: the work was ended before.");
        continue;
      }
      const outcome = await perform(call, toolbox, session, signal);
      if (outcome.answer.summary !== undefined) {
        const unready = await whyUnready(tests, toolbox, session, signal);
        if (unready === undefined) return { done: true, summary: outcome.answer.summary };
        conversation.answer(call.id, unready);
        continue;
      }
      tests.saw(outcome);
      conversation.answer(call.id, toContent(outcome));
      const stall = watch.sawCall(call, outcome);
      if (stall) end = { done: false, stall, plan };
    }
    const stall = watch.sawTurn();
    if (end) return end;
    if (stall) return { done: false, stall, plan };
  }
}

/** Asks, and where the endpoint finds the prompt too long, asks again with less of it. */
async function askWithRoom(
  chat: Chat,
  conversation: Conversation,
  question: Omit<Question, "messages">,
): Promise<ChatAnswer> {
  for (;;) {
    try {
      return await chat.ask({ ...question, messages: conversation.messages });
    } catch (error) {
      if (!isTooLong(error) || !conversation.shrink()) throw error;
    }
  }
}

function isTooLong(error: unknown): boolean {
  return (
    error instanceof DockfraError &&
    error.code === "llm_request_refused" &&
    /context|too (?:long|large|many)|maximum|exceed/i.test(String(error.params["why"]))
  );
}

async function perform(
  call: ToolCall,
  toolbox: Toolbox,
  { progress, budget }: LlmSession,
  signal: AbortSignal,
): Promise<CallOutcome> {
  const outcome = await toolbox.call(call, signal);
  const params = { step: budget.spend.steps, tool: call.name.slice(0, 60), target: outcome.target };
  if (outcome.ok) progress("llm_tool", params);
  else progress("llm_tool_refused", params, outcome.answer.note);
  return outcome;
}

function toContent({ answer: { note, data } }: CallOutcome): string {
  const block = data === undefined ? [] : [toDataBlock(data, data.text)];
  return [...(note === undefined ? [] : [note]), ...block].join("\n");
}

/** Remembers whether the tests are known to pass with the files as they are. */
interface TestMemory {
  saw(outcome: CallOutcome): void;
  /** `undefined` where files changed since the last run. */
  passed: boolean | undefined;
  /** How often a finish was sent back. */
  sentBack: number;
}

function createTestMemory(): TestMemory {
  const memory: TestMemory = {
    // an untouched project is nobody's to answer for
    passed: true,
    sentBack: 0,
    saw({ answer }) {
      if (answer.changed) memory.passed = undefined;
      if (answer.tests) memory.passed = answer.tests.passed;
    },
  };
  return memory;
}

/** A finish with failing tests is sent back once; the second one stands, and the review decides. */
async function whyUnready(
  tests: TestMemory,
  toolbox: Toolbox,
  session: LlmSession,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (tests.sentBack > 0) return undefined;
  let seen = "";
  if (tests.passed === undefined) {
    const outcome = await perform(runTests, toolbox, session, signal);
    // a project without tests has nothing to say
    if (!outcome.answer.tests) return undefined;
    tests.saw(outcome);
    seen = `\n${toContent(outcome)}`;
  }
  if (tests.passed !== false) return undefined;
  tests.sentBack++;
  return `Not finished: the tests fail. Mend that, or finish again where the failure is not yours.${seen}`;
}
