/** One assignment of an env file, with where it stands; offsets are UTF-16 units. */
export interface EnvStatement {
  readonly key: string;
  /** The name alone on a line: the value is taken from the environment. */
  readonly inherited: boolean;
  /** As written, quotes and escapes included; empty for an inherited one. */
  readonly raw: string;
  readonly quote: "" | "'" | '"';
  /** The first character of the name, after `export`. */
  readonly start: number;
  readonly keyEnd: number;
  readonly rawStart: number;
  readonly rawEnd: number;
  /** From 1. */
  readonly line: number;
}

export type EnvScan =
  | { readonly ok: true; readonly statements: readonly EnvStatement[] }
  | { readonly ok: false; readonly line: number; readonly message: string };

/** Finds the assignments of an env file without judging their values. */
export function scanEnvText(text: string): EnvScan {
  const statements: EnvStatement[] = [];
  const line = new LineCount(text);
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  for (;;) {
    at = skipBlankAndComments(text, at);
    if (at === text.length) return { ok: true, statements };
    const name = readName(text, at);
    if (!name.ok) return { ok: false, line: line.at(at), message: name.message };
    const { key, start, inherited, next } = name;
    const keyEnd = start + key.length;
    if (inherited) {
      statements.push({
        key,
        inherited,
        raw: "",
        quote: "",
        start,
        keyEnd,
        rawStart: next,
        rawEnd: next,
        line: line.at(start),
      });
      at = next;
      continue;
    }
    const quote = text.charAt(next);
    const isQuoted = quote === "'" || quote === '"';
    const rawEnd = isQuoted ? closingQuote(text, next, quote) : plainEnd(text, next);
    if (rawEnd === -1) {
      return {
        ok: false,
        line: line.at(next),
        message: `unterminated quoted value ${firstLine(text, next)}`,
      };
    }
    const raw = text.slice(next, rawEnd);
    statements.push({
      key,
      inherited,
      raw,
      quote: isQuoted ? quote : "",
      start,
      keyEnd,
      rawStart: next,
      rawEnd,
      line: line.at(start),
    });
    at = isQuoted ? rawEnd : behindLine(text, next);
  }
}

type Name =
  | {
      readonly ok: true;
      readonly key: string;
      readonly start: number;
      readonly inherited: boolean;
      readonly next: number;
    }
  | { readonly ok: false; readonly message: string };

function readName(text: string, from: number): Name {
  const exported = /^export[ \t\n\f\r]+/.exec(text.slice(from, from + 200));
  const start = exported === null ? from : skipInline(text, from + "export".length);
  let end = start;
  for (; end < text.length; end++) {
    const char = text.charAt(end);
    if (char === "=" || char === ":" || char === "\n") break;
    if (isInlineSpace(char) || /[\p{L}\p{N}_.[\]-]/u.test(codePointAt(text, end))) continue;
    const shown = codePointAt(text, end);
    return {
      ok: false,
      message: `unexpected character ${JSON.stringify(shown)} in variable name ${JSON.stringify(firstLine(text, start))}`,
    };
  }
  // without "=" or a line's end the name is empty: Compose then goes on reading at the same place as a value
  if (end === text.length)
    return start === end ? { ok: false, message: "zero length string" } : emptyName(start);
  const inherited = text.charAt(end) === "\n";
  const key = withoutTrailingSpace(text.slice(start, end));
  if (key.includes(" ")) return { ok: false, message: "key cannot contain a space" };
  return { ok: true, key, start, inherited, next: skipInline(text, end + 1) };
}

function emptyName(start: number): Name {
  return { ok: true, key: "", start, inherited: false, next: start };
}

function skipBlankAndComments(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < text.length && isSpace(text.charAt(at))) at++;
    if (text.charAt(at) !== "#") return at;
    const end = text.indexOf("\n", at);
    if (end === -1) return text.length;
    at = end;
  }
}

// Unicode's white space, which is neither JavaScript's \s nor what may stand around "="
const oneSpace = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

function isSpace(char: string): boolean {
  return oneSpace.test(char);
}

function withoutTrailingSpace(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

function skipInline(text: string, from: number): number {
  let at = from;
  while (isInlineSpace(text.charAt(at))) at++;
  return at;
}

function isInlineSpace(char: string): boolean {
  return char !== "" && "\t\v\f\r \u0085\u00a0".includes(char);
}

function closingQuote(text: string, open: number, quote: string): number {
  for (let at = open + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "\\") at++;
    else if (char === quote) return at + 1;
  }
  return -1;
}

/** Gives the end of an unquoted value: before ` #`, without spaces behind it. */
function plainEnd(text: string, from: number): number {
  const line = firstLine(text, from);
  const comment = line.indexOf(" #");
  return from + withoutTrailingSpace(comment === -1 ? line : line.slice(0, comment)).length;
}

function firstLine(text: string, from: number): string {
  const end = text.indexOf("\n", from);
  return text.slice(from, end === -1 ? text.length : end);
}

function behindLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end + 1;
}

function codePointAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

/** Counts lines in one pass, for offsets that only grow. */
class LineCount {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  at(offset: number): number {
    for (; this.#at < offset; this.#at++) if (this.#text.charCodeAt(this.#at) === 0x0a) this.#line++;
    return this.#line;
  }
}
