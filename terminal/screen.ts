import { styleText } from "node:util";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Where output goes: process streams, or somebody's own. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface ScreenOptions {
  readonly json: boolean;
  readonly out?: Output;
  readonly err?: Output;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What a command writes with: answers on stdout, everything else on stderr. */
export interface Screen {
  readonly json: boolean;
  /** Width in columns; 100 where stdout is no terminal. */
  readonly columns: number;
  /** Height in lines; 50 where stdout is no terminal. */
  readonly rows: number;
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
export function createScreen({
  json,
  out = process.stdout,
  err = process.stderr,
  env = process.env,
}: ScreenOptions): Screen {
  const coloured = !json && out.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return {
    json,
    columns: out.isTTY === true ? (out.columns ?? 100) : 100,
    rows: out.isTTY === true ? (out.rows ?? 50) : 50,
    line: (text = "") => {
      if (!json) out.write(`${text}\n`);
    },
    data: (value) => void out.write(`${JSON.stringify(value)}\n`),
    note: (text) => void err.write(`${text}\n`),
    paint: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
  };
}
