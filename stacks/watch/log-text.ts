const [escape, bell, csi] = [0x1b, 0x07, 0x9b].map((code) => String.fromCharCode(code));

// what a terminal would obey: one test lets nearly every line through untouched
const anyControl = new RegExp(String.raw`[^\P{Cc}\t]`, "u");
const sequences = new RegExp(
  [
    String.raw`(?:${escape}\[|${csi})([0-?]*)[ -/]*([@-~])`,
    // a title or a clipboard goes on until its end
    String.raw`${escape}[\]PX^_][^]*?(?:${bell}|${escape}\\|$)`,
    String.raw`${escape}[ -/]*[0-~]?`,
  ].join("|"),
  "g",
);
const otherControls = new RegExp(String.raw`[^\P{Cc}\t${escape}]`, "gu");
const colours = new RegExp(String.raw`${escape}\[[\d;:]*m`, "g");

/** Makes a line of a log safe to show: of its control sequences only colours (SGR) stay, of what was written over only the last state. */
export function toSafeLine(text: string): string {
  if (!anyControl.test(text)) return text;
  const kept = text.replaceAll(sequences, (_, params?: string, final?: string) =>
    final === "m" && /^[\d;:]{0,32}$/.test(params ?? "") ? `${escape}[${params ?? ""}m` : "",
  );
  const ended = kept.endsWith("\r") ? kept.slice(0, -1) : kept;
  return ended.slice(ended.lastIndexOf("\r") + 1).replaceAll(otherControls, "");
}

/** Takes the colours out of a line that is safe already. */
export function withoutColours(text: string): string {
  return text.includes(escape ?? "") ? text.replaceAll(colours, "") : text;
}
