import { z } from "zod";
import { DockfraError, invalidInput, toErrorInfo } from "../../bus/kernel/errors.ts";
import type { QuestionClient } from "../../bus/ports/intents.ts";
import type { Llm, LlmSession } from "../llm/llm.ts";
import type { ChatMessage } from "../llm/messages.ts";
import { askProject, ownProject } from "../runtime/project.ts";
import type { HandlerContext } from "../runtime/handlers.ts";

/** The manager's model, and whom to ask for the operator's budgets. */
export interface OpinionSource {
  readonly llm: Llm;
  readonly client: QuestionClient;
}

export interface OpinionForm<S extends z.ZodObject> {
  /** Fixed; nothing that anybody wrote. */
  readonly system: string;
  /** The question, with its data in labelled blocks. */
  readonly question: string;
  /** What the answer must look like; checked here and not by the model. */
  readonly answer: S;
}

const longestMs = 120_000;
const tries = 2;
const maxTokens = 2_048;

/**
 * Asks for an opinion where a model is configured. Whatever goes wrong is told on the feed and gives `undefined`:
 * then the rules stand alone.
 */
export async function askOpinion<S extends z.ZodObject>(
  { llm, client }: OpinionSource,
  ticket: string,
  { signal, progress }: HandlerContext,
  form: OpinionForm<S>,
): Promise<{ readonly opinion: z.infer<S>; readonly session: LlmSession } | undefined> {
  try {
    if (!(await llm.isConfigured())) return undefined;
    const budgets = ownProject(await askProject(client))?.budgets ?? {};
    const session = await llm.open({ ticket, budgets, progress });
    const timely = AbortSignal.any([signal, AbortSignal.timeout(longestMs)]);
    return { opinion: await putQuestion(session, form, timely), session };
  } catch (error) {
    signal.throwIfAborted();
    const { code, message } = toErrorInfo(error);
    const timedOut = error instanceof DOMException && error.name === "TimeoutError";
    progress(
      "llm_opinion_missing",
      { code: timedOut ? "llm_timeout" : code },
      error instanceof DockfraError ? message : "",
    );
    return undefined;
  }
}

/** Puts a question whose answer has a form, again where it does not fit. @throws `llm_opinion_unusable` */
export async function putQuestion<S extends z.ZodObject>(
  { chat, budget, model }: LlmSession,
  { system, question, answer }: OpinionForm<S>,
  signal: AbortSignal,
): Promise<z.infer<S>> {
  const parameters: Record<string, unknown> = { ...z.toJSONSchema(answer, { io: "input" }) };
  delete parameters["$schema"];
  const tool = { name: "answer", description: "Gives your answer.", parameters };
  const messages: ChatMessage[] = [
    { role: "system", content: system },
    { role: "user", content: `${question}\n\nCall the tool "answer" once.` },
  ];
  let why = "";
  for (let tried = 0; tried < tries; tried++) {
    budget.beginStep();
    const said = await chat.ask({ messages, tools: [tool], temperature: 0, signal, maxTokens });
    const given = said.toolCalls.find((call) => call.name === "answer")?.argumentsText ?? said.text;
    const parsed = answer.safeParse(toJson(given));
    if (parsed.success) return parsed.data;
    why = parsed.error.issues[0]?.message ?? "";
    messages.push(
      { role: "assistant", content: said.text.slice(0, 4_000) || "…", toolCalls: [] },
      { role: "user", content: `That does not fit (${why}). Call the tool "answer" with its arguments.` },
    );
  }
  throw invalidInput(
    "llm_opinion_unusable",
    `The model "${model}" gives no answer in the form that was asked for. Choose a stronger one.`,
    { params: { model } },
  );
}

/** The arguments, or where a model wrote instead of calling, the object in its text. */
function toJson(text: string): unknown {
  const [from, to] = [text.indexOf("{"), text.lastIndexOf("}")];
  if (from < 0 || to < from) return undefined;
  try {
    return JSON.parse(text.slice(from, to + 1));
  } catch {
    return undefined;
  }
}
