import type { Diagnosis } from "../../bus/messages/diagnosis.ts";
import { render } from "../../locales/render.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/screen.ts";

export interface DiagnoseOptions {
  readonly service?: string;
  readonly analyse?: boolean;
}

const marks = { error: ["red", "✗"], warning: ["yellow", "!"], info: ["dim", "·"] } as const;
const shownEvidence = 4;
const nothingFound =
  "Nothing found that keeps a stack from running. What is in the way of a launch: dockfra preflight";
/** Many stacks, and a model that is asked about them, take their time. */
const timeoutMs = 60_000;

/** `diagnose [STACK]`: exit code 2 where something does not run. */
export async function diagnose(invocation: Invocation<DiagnoseOptions>, stack?: string): Promise<number> {
  const { screen, options } = invocation;
  const { service, analyse } = options;
  const { diagnoses } = await withOperator(invocation, (bus) =>
    bus.question(
      "monitor.diagnose",
      {
        ...(stack === undefined ? {} : { stack }),
        ...(service === undefined ? {} : { service }),
        ...(analyse === undefined ? {} : { analyse }),
      },
      { timeoutMs },
    ),
  );
  const isBad = diagnoses.some(({ severity }) => severity === "error");
  if (screen.json) screen.data({ ok: !isBad, diagnoses });
  else if (diagnoses.length === 0) screen.line(nothingFound);
  else for (const line of diagnoses.flatMap((one) => causeLines(screen, one))) screen.line(line);
  return isBad ? 2 : 0;
}

/** A cause as lines, with what proves it and what can be done. */
export function causeLines(
  screen: Screen,
  { code, params, severity, stack, evidence, fixes, analysis }: Diagnosis,
): string[] {
  const [colour, mark] = marks[severity];
  const head = `${screen.paint(colour, mark)} ${screen.paint("bold", stack ?? "")}  ${printableLine(render("en", code, params) ?? code, 1_000)}`;
  return [
    head,
    ...evidence
      .slice(0, shownEvidence)
      .map(({ source, text }) => screen.paint("dim", `    ${source}: ${printableLine(text, 300)}`)),
    ...fixes.map((fix) => {
      const ask = fix.safe ? "" : screen.paint("yellow", " (asks first)");
      return `    dockfra fix ${fix.id}  ${printableLine(render("en", fix.code, fix.params) ?? fix.code, 300)}${ask}`;
    }),
    ...(analysis ? analysis.text.split("\n").map((line) => `    ${printableLine(line, 2_000)}`) : []),
  ];
}
