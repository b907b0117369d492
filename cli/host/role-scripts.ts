/** One target of a Makefile that says what it is for. */
export interface MakeTarget {
  readonly target: string;
  readonly help: string;
}

const targetLine = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63})\s*:(?![:=])[^#]*##\s*(\S.*)$/;
const maxSummary = 300;

/** Reads the targets of a Makefile that have a `## help` on their line, each once. */
export function parseMakefile(text: string): MakeTarget[] {
  const targets = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, target, help] = targetLine.exec(line) ?? [];
    if (target !== undefined && help !== undefined && !targets.has(target))
      targets.set(target, toSummary(help));
  }
  return [...targets].map(([target, help]) => ({ target, help }));
}

/** Takes what a script says of itself: its first comment after the line that names its interpreter. */
export function summaryOfScript(text: string): string {
  const lines = text.split(/\r?\n/).slice(0, 20);
  for (const line of lines) {
    if (line.startsWith("#!") || line.trim() === "") continue;
    const comment = /^\s*(?:#+|\/\/)\s*(\S.*)$/.exec(line)?.[1];
    if (comment === undefined) break;
    // a line that is for tools is none for people
    if (/^(?:shellcheck|-\*-|vim:|eslint)/.test(comment)) continue;
    return toSummary(comment);
  }
  return "a script of the project";
}

function toSummary(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
    .slice(0, maxSummary);
}
