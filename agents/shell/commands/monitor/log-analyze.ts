import { performAs } from "../../answers.ts";
import { parseCount } from "../../arguments.ts";
import type { RunCommand } from "../../command.ts";
import { LogAnalysis } from "../../messages.ts";
import { printable, printableLine } from "../../../../terminal/printable.ts";
import { render } from "../../../../locales/render.ts";

const defaultLines = 300;

/** `log-analyze`: exit code 0 where nothing is found, 4 where something is. */
export const logAnalyze: RunCommand = async ({ door, screen, signal }, given) => {
  const lines = parseCount("log-analyze", given.value("lines"), 2_000) ?? defaultLines;
  const name = given.words[0] ?? "";
  const answer = await performAs(door, "log-analyze", { name, lines }, LogAnalysis, { signal });
  const exitCode = answer.findings.length === 0 ? 0 : 4;
  if (screen.json) {
    screen.data({ ok: true, name, ...answer });
    return exitCode;
  }
  if (exitCode === 0)
    screen.line(`Nothing that looks like a fault in the last ${answer.lines} lines of ${name}.`);
  for (const { code, line, count } of answer.findings) {
    screen.line(
      `${screen.paint("yellow", "●")} ${render("en", code) ?? code}${count > 1 ? ` (${count} times)` : ""}`,
    );
    screen.line(`    ${printableLine(line, 300)}`);
  }
  if (answer.opinion) {
    screen.line();
    screen.line(printable(answer.opinion.text).trim());
    screen.note(screen.paint("dim", `from ${answer.opinion.model}`));
  }
  return exitCode;
};
