import { substitute } from "../variables/templates.ts";
import type { Lookup } from "../variables/templates.ts";
import { scanEnvText } from "./statements.ts";
import type { EnvStatement } from "./statements.ts";

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

type Evaluated =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

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
  return text.replaceAll(
    /\\(?:([abcfnrtv$"\\])|0(\d{0,3}))/g,
    (match, name: string | undefined, octal: string | undefined) => {
      if (name !== undefined) return namedEscapes[name] ?? match;
      const size = /^[0-7]{3}$/.test(octal ?? "") ? Number.parseInt(octal ?? "", 8) : 256;
      // what is no octal number loses its 0, as in Compose
      return size < 256 ? String.fromCharCode(size) : `\\${octal ?? ""}`;
    },
  );
}
