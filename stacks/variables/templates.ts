import { scanReferences } from "./references.ts";
import type { Reference } from "./references.ts";

/** How deep words may nest; Compose's own cost grows with the square of it. */
export const maxNesting = 100;

/** Gives a variable's value, undefined where it is not set. */
export type Lookup = (name: string) => string | undefined;

/** What came out of a template; an expected failure is a value. */
export type Substitution =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: "invalid"; readonly template: string }
  | { readonly ok: false; readonly reason: "missing"; readonly name: string; readonly message: string };

/** Fills a template in as Compose does. */
export function substitute(template: string, lookup: Lookup, depth = 0): Substitution {
  if (depth > maxNesting) return { ok: false, reason: "invalid", template };
  let text = "";
  let at = 0;
  for (const piece of scanReferences(template)) {
    if (piece.kind === "invalid") return { ok: false, reason: "invalid", template };
    const { start, end } = piece.kind === "reference" ? piece.reference : piece;
    text += template.slice(at, start);
    at = end;
    if (piece.kind !== "reference") {
      text += "$";
      continue;
    }
    const value = valueOf(piece.reference, lookup, depth);
    if (!value.ok) return value;
    text += value.text;
  }
  return { ok: true, text: text + template.slice(at) };
}

function valueOf(reference: Reference, lookup: Lookup, depth: number): Substitution {
  const { name, operator, word = "" } = reference;
  const value = lookup(name);
  if (operator === undefined) return { ok: true, text: value ?? "" };
  // the word is read even where it is not needed: a mistake in it is a mistake
  const filled = substitute(word, lookup, depth + 1);
  if (!filled.ok) return filled;
  const present = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  if (operator.endsWith("+")) return { ok: true, text: present ? filled.text : (value ?? "") };
  if (present) return { ok: true, text: value ?? "" };
  if (operator.endsWith("-")) return filled;
  return { ok: false, reason: "missing", name, message: filled.text };
}
