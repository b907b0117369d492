import { stripVTControlCharacters, styleText } from "node:util";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Where output goes: process streams, or somebody's own. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ScreenOptions {
  readonly json: boolean;
  readonly out: Output;
  readonly err: Output;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What a command writes with: answers on stdout, everything else on stderr. */
export interface Screen {
  readonly json: boolean;
  readonly columns: number;
  /** Writes one line of the answer; with `--json` only {@link Screen.data} writes there. */
  line(text?: string): void;
  /** Writes one line of JSON, whatever the mode. */
  data(value: unknown): void;
  /** Writes a line about what goes on, on stderr. */
  note(text: string): void;
  /** Colours a text where a person sees it: on a terminal, and not under NO_COLOR. */
  paint(style: Style, text: string): string;
}

/** Makes the screen of one command. */
export function createScreen({ json, out, err, env = process.env }: ScreenOptions): Screen {
  const coloured = !json && out.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return {
    json,
    columns: out.isTTY === true ? (out.columns ?? 100) : 100,
    line: (text = "") => {
      if (!json) out.write(`${text}\n`);
    },
    data: (value) => void out.write(`${JSON.stringify(value)}\n`),
    note: (text) => void err.write(`${text}\n`),
    paint: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
  };
}

/** Aligns rows in columns, two blanks between; the last column runs free, and no line ends with blanks. */
export function alignRows(rows: readonly (readonly string[])[]): string[] {
  const widthOf = (cell: string): number => [...stripVTControlCharacters(cell)].length;
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => {
      if (column < row.length - 1) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  const padded = (cell: string, column: number): string =>
    cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < row.length - 1 ? padded(cell, column) : cell))
      .join("  ")
      .trimEnd(),
  );
}

/** Text of others made safe for a terminal: control characters become visible, line breaks stay. */
export function printable(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => {
      if (character === "\n" || character === "\t") return character;
      const point = character.codePointAt(0) ?? 0;
      return point < 0x20 ? String.fromCodePoint(0x2400 + point) : "\ufffd";
    });
}

/** The same for text that must stay on one line, cut to a number of characters. */
export function printableLine(text: string, maxLength = 500): string {
  const line = printable(text).replaceAll(/\s+/g, " ").trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** Writes how long ago a moment is: `just now`, `12 s ago`, `3 min ago`. */
export function formatAgo(atMs: number, nowMs: number): string {
  const distanceMs = Math.max(0, nowMs - atMs);
  const unit = units.find(([, sizeMs]) => distanceMs >= sizeMs);
  if (!unit || distanceMs < 1_500) return "just now";
  return `${Math.floor(distanceMs / unit[1])} ${unit[0]} ago`;
}

/** Writes the time of day of a moment, local, `14:03:59`. */
export function formatClock(atMs: number): string {
  return new Date(atMs).toTimeString().slice(0, 8);
}
