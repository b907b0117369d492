const [esc, bell, csi, end] = [0x1b, 0x07, 0x9b, 0x9c].map((code) => String.fromCharCode(code));
const longOpen = [0x90, 0x98, 0x9d, 0x9e, 0x9f].map((code) => String.fromCharCode(code)).join("");

// ESC sequences in both of their forms, and what an OSC or DCS carries to its end
const sequence = new RegExp(
  [
    String.raw`(?:${esc}\[|${csi})([0-?]*)[ -/]*([@-~])`,
    String.raw`(?:${esc}[\]PX^_]|[${longOpen}])[\s\S]*?(?:${bell}|${esc}\\|${end}|$)`,
    String.raw`${esc}[ -/]*[0-~]?`,
  ].join("|"),
  "g",
);
// every control but line feed, tab and the escape of a colour that was kept
const controls = new RegExp(String.raw`[^\P{Cc}\n\t${esc}]`, "gu");
const looseEscape = new RegExp(String.raw`${esc}(?!\[[\d;]*m)`, "g");

/** Makes a program's output safe to show: of its escape sequences only colours (SGR) stay, and a line that was written over shows its last state. */
export function keepColours(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(sequence, (_, params?: string, final?: string) =>
      final === "m" && /^[\d;]{0,32}$/.test(params ?? "") ? `${esc}[${params}m` : "",
    )
    .split("\n")
    .map(lastState)
    .join("\n")
    .replaceAll(controls, "")
    .replaceAll(looseEscape, "");
}

/** A progress bar goes back to the line's beginning and writes over it. */
function lastState(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf("\r") + 1);
}
