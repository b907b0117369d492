import { substitute } from "../variables/templates.ts";
import type { Lookup } from "../variables/templates.ts";

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
  readonly rawStart: number;
  readonly rawEnd: number;
  /** From 1. */
  readonly line: number;
}

export type EnvScan =
  | { readonly ok: true; readonly statements: readonly EnvStatement[] }
  | { readonly ok: false; readonly line: number; readonly message: string };

export type EnvValues =
  | { readonly ok: true; readonly values: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly line: number; readonly message: string };

/**
 * Reads an env file to its values as Compose does: quotes, `export`, comments, `KEY: value`, references.
 * @param lookup the environment, which wins over the file inside references
 */
export function readEnvText(text: string, lookup: Lookup = () => undefined): EnvValues {
  const scan = scanEnvText(text);
  if (!scan.ok) return scan;
  const values = new Map<string, string>();
  for (const statement of scan.statements) {
    if (statement.inherited) {
      const value = lookup(statement.key);
      if (value !== undefined) values.set(statement.key, value);
      continue;
    }
    const value = evaluate(statement, (name) => lookup(name) ?? values.get(name));
    if (!value.ok) return { ok: false, line: statement.line, message: value.message };
    values.set(statement.key, value.text);
  }
  return { ok: true, values };
}

type Evaluated = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

function evaluate({ raw, quote, key }: EnvStatement, lookup: Lookup): Evaluated {
  if (quote === "'") return { ok: true, text: unescapeQuote(raw.slice(1, -1), "'") };
  const template = quote === '"' ? expandEscapes(unescapeQuote(raw.slice(1, -1), '"')) : raw;
  const filled = substitute(template, lookup);
  if (filled.ok) return filled;
  if (filled.reason === "invalid") return { ok: false, message: `Invalid template in the value of ${key}` };
  const why = filled.message === "" ? "" : `: ${filled.message}`;
  return { ok: false, message: `required variable ${filled.name} is missing a value${why}` };
}

// a backslash protects the quote only; before anything else it stays
function unescapeQuote(inner: string, quote: string): string {
  let text = "";
  for (let at = 0; at < inner.length; at++) {
    const char = inner.charAt(at);
    if (char !== "\\") {
      text += char;
      continue;
    }
    at++;
    const next = inner.charAt(at);
    text += next === quote ? quote : `\\${next}`;
  }
  return text;
}

const namedEscapes: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  '"': '"',
  "\\": "\\",
  $: "$$",
};

function expandEscapes(text: string): string {
  return text.replaceAll(/\\(?:([abcfnrtv$"\\])|0(\d{0,3}))/g, (match, name: string | undefined, octal: string | undefined) => {
    if (name !== undefined) return namedEscapes[name] ?? match;
    const size = /^[0-7]{3}$/.test(octal ?? "") ? Number.parseInt(octal ?? "", 8) : 256;
    return size < 256 ? String.fromCharCode(size) : match;
  });
}

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
    if (inherited) {
      statements.push({ key, inherited, raw: "", quote: "", start, rawStart: next, rawEnd: next, line: line.at(start) });
      at = next;
      continue;
    }
    const quote = text.charAt(next);
    const isQuoted = quote === "'" || quote === '"';
    const rawEnd = isQuoted ? closingQuote(text, next, quote) : plainEnd(text, next);
    if (rawEnd === -1) {
      return { ok: false, line: line.at(next), message: `unterminated quoted value ${firstLine(text, next)}` };
    }
    const raw = text.slice(next, rawEnd);
    statements.push({ key, inherited, raw, quote: isQuoted ? quote : "", start, rawStart: next, rawEnd, line: line.at(start) });
    at = isQuoted ? rawEnd : behindLine(text, next);
  }
}

type Name =
  | { readonly ok: true; readonly key: string; readonly start: number; readonly inherited: boolean; readonly next: number }
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
    return { ok: false, message: `unexpected character ${JSON.stringify(shown)} in variable name ${JSON.stringify(firstLine(text, start))}` };
  }
  // without "=" or a line's end the name is empty: Compose then goes on reading at the same place as a value
  if (end === text.length) return start === end ? { ok: false, message: "zero length string" } : emptyName(start);
  const inherited = text.charAt(end) === "\n";
  const key = text.slice(start, end).trimEnd();
  if (key.includes(" ")) return { ok: false, message: "key cannot contain a space" };
  return { ok: true, key, start, inherited, next: skipInline(text, end + 1) };
}

function emptyName(start: number): Name {
  return { ok: true, key: "", start, inherited: false, next: start };
}

function skipBlankAndComments(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < text.length && /\s|\u0085/.test(text.charAt(at)) && text.charAt(at) !== "\uFEFF") at++;
    if (text.charAt(at) !== "#") return at;
    const end = text.indexOf("\n", at);
    if (end === -1) return text.length;
    at = end;
  }
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
  return from + (comment === -1 ? line : line.slice(0, comment)).trimEnd().length;
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
