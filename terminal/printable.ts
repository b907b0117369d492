/** Text of others made safe for a terminal: control characters become visible, line breaks stay. */
export function printable(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) =>
      character === "\n" || character === "\t" ? character : toVisible(character),
    );
}

/** The same for text that must stay on one line, cut to a number of characters. */
export function printableLine(text: string, maxLength = 500): string {
  const line = printable(text).replaceAll(/\s+/g, " ").trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}

function toVisible(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x20) return String.fromCodePoint(0x2400 + point);
  return "\ufffd";
}
