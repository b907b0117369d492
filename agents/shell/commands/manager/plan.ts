import { invalidInput } from "../../../../bus/kernel/errors.ts";
import { performAs } from "../../answers.ts";
import type { RunCommand } from "../../command.ts";
import { Plan } from "../../messages.ts";
import { readPersonsFile, readWords } from "../../person.ts";
import { createPlanned, planLines } from "../../plan-lines.ts";

/** `plan`: proposes tickets for a text, and with `--create` hands them in. @throws `shell_text_missing` */
export const plan: RunCommand = async (context, given) => {
  const { door, screen, signal, role } = context;
  const path = given.value("file");
  const text =
    path === undefined
      ? await readWords("plan", context, given.words)
      : await readPersonsFile("plan", context, path);
  if (text.trim() === "")
    throw invalidInput("shell_text_missing", 'Say what to plan: plan "what is wanted", or plan --file FILE');
  const proposed = await performAs(door, "plan", { text }, Plan, { signal });
  const created: string[] = [];
  if (given.has("create"))
    for (const ticket of proposed.tickets) created.push(await createPlanned(door, role, ticket));
  if (screen.json) return screen.data({ ok: true, ...proposed, created });
  for (const line of planLines(screen, proposed.tickets)) screen.line(line);
  screen.line(
    created.length > 0
      ? `Created ${created.join(", ")}`
      : screen.paint("dim", "Nothing is created yet; add --create to hand these in."),
  );
};
