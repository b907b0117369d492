import type { QuestionClient } from "../../../bus/ports/intents.ts";
import type { Llm, LlmSession } from "../../llm/llm.ts";
import { askProject, ownProject } from "../../runtime/project.ts";
import type { OperationContext } from "../../door/operations.ts";

/** A role's model, and whom to ask for the operator's budgets. */
export interface ModelSource {
  readonly llm: Llm;
  readonly client: QuestionClient;
}

export const longestAnswerMs = 300_000;

/** Opens the role's model for what people ask in its shell, with one budget a day. @throws `llm_not_configured` */
export async function openShellSession(
  { llm, client }: ModelSource,
  { line }: Pick<OperationContext, "line">,
): Promise<LlmSession> {
  // says what is missing before anybody is asked
  const budgets = (await llm.isConfigured()) ? (ownProject(await askProject(client))?.budgets ?? {}) : {};
  const day = new Date().toISOString().slice(0, 10);
  return llm.open({
    ticket: `shell-${day}`,
    budgets,
    progress: (code, _params, text) => text && line(`${code}: ${text}`),
  });
}
