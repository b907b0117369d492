import { performAs } from "../../answers.ts";
import { parseTicket } from "../../arguments.ts";
import type { RunCommand } from "../../command.ts";
import { Reviewed } from "../../messages.ts";
import { printable, printableLine } from "../../../../terminal/printable.ts";

/** `review`: exit code 0 where the rules approve, 4 where they do not. */
export const review: RunCommand = async ({ door, screen, signal }, { words }) => {
  const ticket = parseTicket(words[0]);
  const answer = await performAs(door, "review", { ticket }, Reviewed, { signal });
  const exitCode = answer.verdict === "approve" ? 0 : 4;
  if (screen.json) {
    screen.data({ ok: exitCode === 0, ticket, ...answer });
    return exitCode;
  }
  for (const line of printable(answer.diff).trimEnd().split("\n")) screen.line(colour(line));
  const { files, insertions, deletions } = answer.stats;
  screen.line();
  screen.line(
    `${files.length === 1 ? "1 file" : `${files.length} files`}, +${insertions} -${deletions}. The manager's rules: ${answer.verdict}`,
  );
  for (const reason of answer.reasons) screen.line(`  ${printableLine(reason, 2_000)}`);
  return exitCode;

  function colour(line: string): string {
    if (line.startsWith("+")) return screen.paint("green", line);
    if (line.startsWith("-")) return screen.paint("red", line);
    return line.startsWith("@@") ? screen.paint("cyan", line) : line;
  }
};
