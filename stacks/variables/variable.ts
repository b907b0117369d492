import type { Operator, Reference } from "./references.ts";
import { scanReferences } from "./references.ts";
import { maxNesting } from "./templates.ts";

/** A place where a variable is used; line and column from 1, the column in UTF-16 units. */
export interface VariableUse {
  /** Relative to the root, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A `${…}` that a stack's files use. */
export interface Variable {
  readonly name: string;
  /** As written, so it may hold further references; absent where there is none. */
  readonly default?: string;
  /** What stands in when the variable *is* set (`:+`, `+`), as written. */
  readonly alternate?: string;
  /** Whether the stack cannot start without a value (`:?`, `?`). */
  readonly required: boolean;
  /** What the file says when the value is missing. */
  readonly message?: string;
  /** Whether its name says that the value must not be shown. */
  readonly secret: boolean;
  readonly uses: readonly VariableUse[];
}

/** How one reference declares a variable. */
export interface Declaration {
  readonly name: string;
  readonly operator?: Operator;
  readonly word?: string;
}

/**
 * Lists the references of a text with those in defaults and alternates, in the order in which Compose
 * takes them: the last one of a name counts.
 */
export function declarationsIn(text: string): readonly Declaration[] {
  const found: Declaration[] = [];
  collect(text, 0, found);
  return found;
}

function collect(text: string, depth: number, found: Declaration[]): void {
  // Compose takes all up to a line's last brace as one match, and what follows in it first
  const waiting: Reference[] = [];
  let matchEnd = -1;
  const settle = (): void => {
    for (const reference of waiting.toReversed()) {
      found.push(toDeclaration(reference));
      const { operator, word } = reference;
      // nor does it look for variables in the message of a required one
      const nested = operator !== undefined && !operator.endsWith("?");
      if (nested && word !== undefined && depth < maxNesting) collect(word, depth + 1, found);
    }
    waiting.length = 0;
  };
  for (const piece of scanReferences(text)) {
    if (piece.kind !== "reference") continue;
    const { reference } = piece;
    if (reference.start > matchEnd) settle();
    if (reference.operator === undefined) {
      found.push(toDeclaration(reference));
    } else {
      if (waiting.length === 0) matchEnd = lastBraceOfLine(text, reference.end - 1);
      waiting.push(reference);
    }
  }
  settle();
}

function lastBraceOfLine(text: string, at: number): number {
  const lineEnd = text.indexOf("\n", at);
  return text.lastIndexOf("}", lineEnd === -1 ? text.length : lineEnd);
}

function toDeclaration({ name, operator, word }: Reference): Declaration {
  return { name, ...(operator === undefined ? {} : { operator }), ...(word === undefined ? {} : { word }) };
}

/** Orders declarations of one name where Compose leaves the choice open: what asks most of the user wins. */
export function declarationWeight({ operator, word }: Declaration): number {
  if (operator === undefined) return 0;
  if (operator.endsWith("?")) return 3;
  if (word === "") return 0;
  return operator.endsWith("-") ? 2 : 1;
}
