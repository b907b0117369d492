import type { z } from "zod";
import type { Role } from "../../../bus/messages/principals.ts";
import type { Operation } from "../../door/operations.ts";
import { AskInput, type AskAnswer } from "../messages.ts";
import { longestAnswerMs, openShellSession, type ModelSource } from "./model.ts";

const work: Readonly<Record<Role, string>> = {
  manager: "writes tickets, judges changes and plans",
  developer: "changes code and runs its tests",
  monitor: "deploys, watches and explains what runs",
  autopilot: "decides what may go on by itself",
};

/** Makes the operation that answers a person's question with the role's own model. It has no tools: nothing happens but text. */
export function createAsk(role: Role, source: ModelSource): Operation {
  return async (input, context): Promise<z.infer<typeof AskAnswer>> => {
    const { question } = AskInput.parse(input);
    const { chat, budget, model, redactor } = await openShellSession(source, context);
    budget.beginStep();
    const { text } = await chat.ask({
      messages: [
        {
          role: "system",
          content: `You help a person in the shell of the ${role} of a software project, who ${work[role]}. Answer shortly, in plain text for a terminal.`,
        },
        { role: "user", content: question },
      ],
      tools: [],
      temperature: 0.2,
      signal: AbortSignal.any([context.signal, AbortSignal.timeout(longestAnswerMs)]),
      maxTokens: 4_096,
    });
    return { text: redactor.redact(text), model };
  };
}
