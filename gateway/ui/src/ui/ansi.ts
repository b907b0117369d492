/** A stretch of a program's output in one style. */
export interface Stretch {
  readonly text: string;
  /** One of the eight colours, by name. */
  readonly colour?: string;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly underline: boolean;
}

const colours = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;
type Style = Omit<Stretch, "text">;
const plain: Style = { bold: false, dim: false, underline: false };

/** Splits an output at its colour sequences (SGR); others are not expected here and stay as text. */
export function parseAnsi(output: string): Stretch[] {
  const escape = String.fromCharCode(27);
  const [first = "", ...rest] = output.split(`${escape}[`);
  const stretches: Stretch[] = first === "" ? [] : [{ ...plain, text: first }];
  let style = plain;
  for (const part of rest) {
    const match = /^([\d;]*)m/.exec(part);
    const text = match ? part.slice(match[0].length) : part;
    if (match) style = restyle(style, match[1] ?? "");
    if (text !== "") stretches.push({ ...style, text });
  }
  return stretches;
}

/** An output as it reads without colours. */
export function withoutColours(output: string): string {
  return parseAnsi(output)
    .map(({ text }) => text)
    .join("");
}

function restyle(from: Style, params: string): Style {
  const codes = params.split(";").map(Number);
  let style = from;
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    // a colour of the 256 or of all is shown as the text's own
    if (code === 38 || code === 48) index += codes[index + 1] === 5 ? 2 : 4;
    else style = apply(style, code);
  }
  return style;
}

function apply(style: Style, code: number): Style {
  const { bold, dim, underline } = style;
  const colour = colours[code % 10];
  if (code === 0) return plain;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 24) return { ...style, underline: false };
  if (code === 39) return { bold, dim, underline };
  const isColour = (code >= 30 && code <= 37) || (code >= 90 && code <= 97);
  return isColour && colour !== undefined ? { ...style, colour } : style;
}
