import { stripVTControlCharacters } from "node:util";
import type { LogLine } from "../../bus/messages/stack-watch.ts";
import { printable } from "../../terminal/printable.ts";
import type { Screen, Style } from "../../terminal/screen.ts";

const levelStyles: Readonly<Partial<Record<LogLine["level"], Style>>> = {
  error: "red",
  warning: "yellow",
  debug: "dim",
};
const escape = String.fromCharCode(0x1b);
const colour = new RegExp(String.raw`(${escape}\[[\d;:]*m)`);

/** Writes lines of a stack's log, each with its service, in one go; what was lost is a line of its own. */
export function showLines(screen: Screen, lines: readonly LogLine[], isAlone: boolean): void {
  if (screen.json) {
    for (const line of lines) screen.data(line);
    return;
  }
  const shown: string[] = [];
  for (const line of lines) {
    if (line.gap !== undefined) shown.push(screen.paint("yellow", gapSentence(line.gap)));
    const name = isAlone ? "" : `${screen.paint("cyan", line.service)} `;
    shown.push(`${name}${toShown(screen, line)}`);
  }
  if (shown.length > 0) screen.line(shown.join("\n"));
}

/** Writes a line for a file: its time, its service, its text without colours. */
export function toFileLine({ atMs, service, text, gap }: LogLine): string {
  const lost = gap === undefined ? "" : `${gapSentence(gap)}\n`;
  return `${lost}${new Date(atMs).toISOString()} ${service} ${printable(stripVTControlCharacters(text))}\n`;
}

function gapSentence(count: number): string {
  return `… ${count} lines were lost here: they came faster than they were read …`;
}

/** The program's own colours stay where there are any; otherwise its level gives one. */
function toShown(screen: Screen, { text, level }: LogLine): string {
  const isColoured = screen.paint("red", "x") !== "x";
  if (!isColoured) return printable(stripVTControlCharacters(text));
  if (!colour.test(text)) {
    const style = levelStyles[level];
    return style === undefined ? printable(text) : screen.paint(style, printable(text));
  }
  const pieces = text.split(colour).map((piece) => (colour.test(piece) ? piece : printable(piece)));
  return `${pieces.join("")}${escape}[0m`;
}
