/** One fenced block of a Markdown text. */
export interface Fence {
  /** First word after the backticks, in lower case. */
  readonly language: string;
  /** The lines inside, each with its line end. */
  readonly body: string;
}

const opening = /^(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*$/;

/**
 * Reads the fenced blocks that begin at the start of a line; one that never ends goes to the end of the text.
 * A fence inside a diff is a line of the diff: those begin with a blank, "+" or "-".
 */
export function parseFences(text: string): Fence[] {
  const fences: Fence[] = [];
  let open: { mark: string; language: string; lines: string[] } | undefined;
  for (const line of splitLines(text)) {
    if (!open) {
      const match = opening.exec(line);
      if (match) open = { mark: match[1] ?? "", language: (match[2] ?? "").toLowerCase(), lines: [] };
    } else if (isClosing(line, open.mark)) {
      fences.push(toFence(open));
      open = undefined;
    } else open.lines.push(line);
  }
  if (open) fences.push(toFence(open));
  return fences;
}

function toFence({ language, lines }: { language: string; lines: string[] }): Fence {
  return { language, body: lines.map((line) => `${line}\n`).join("") };
}

function isClosing(line: string, mark: string): boolean {
  const trimmed = line.trimEnd();
  return trimmed.length >= mark.length && trimmed === (mark[0] ?? "`").repeat(trimmed.length);
}

/** A form sends every line with CR LF; then the CR is the form's and not the author's. */
function splitLines(text: string): string[] {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  const fromForm = lines.length > 0 && lines.every((line) => line.endsWith("\r"));
  const all = last === "" ? lines : [...lines, last];
  return fromForm ? all.map((line) => line.replace(/\r$/, "")) : all;
}
