import { performAs } from "../../answers.ts";
import type { RunCommand } from "../../command.ts";
import { AskAnswer } from "../../messages.ts";
import { readWords } from "../../person.ts";
import { printable } from "../../../../terminal/printable.ts";

/** `ask`: one question to the role's own model. */
export const ask: RunCommand = async (context, { words }) => {
  const { door, screen, signal } = context;
  const question = await readWords("ask", context, words);
  const answer = await performAs(door, "ask", { question }, AskAnswer, { signal });
  if (screen.json) return screen.data({ ok: true, ...answer });
  screen.line(printable(answer.text).trim());
  screen.note(screen.paint("dim", `from ${answer.model}`));
};
