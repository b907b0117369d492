/** The operators of Compose's `${NAME<operator>word}`. */
export const operators = [":-", "-", ":?", "?", ":+", "+"] as const;
export type Operator = (typeof operators)[number];

/** One `$NAME` or `${…}` in a text. */
export interface Reference {
  readonly name: string;
  readonly operator?: Operator;
  /** What follows the operator, as written; itself a template. */
  readonly word?: string;
  /** UTF-16 offsets in the text: the `$`, and behind the last character. */
  readonly start: number;
  readonly end: number;
}

/** A text cut into what stays, what is looked up, `$$`, and a `$…` that Compose refuses. */
export type Piece =
  | { readonly kind: "reference"; readonly reference: Reference }
  | { readonly kind: "escape" | "invalid"; readonly start: number; readonly end: number };

const dollar = 0x24;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Finds the references of a text from left to right, not those inside a word; what lies between is literal.
 * A braced form may not span lines outside its nested forms' last brace, as in Compose.
 */
export function scanReferences(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const lastBraces = new LastBraces(text);
  let at = text.indexOf("$");
  while (at !== -1) {
    const piece = readPiece(text, at, lastBraces);
    if (piece !== undefined) pieces.push(piece);
    const next = piece === undefined ? at + 1 : piece.kind === "reference" ? piece.reference.end : piece.end;
    at = text.indexOf("$", next);
  }
  return pieces;
}

function readPiece(text: string, start: number, lastBraces: LastBraces): Piece | undefined {
  const next = text.charCodeAt(start + 1);
  if (next === dollar) return { kind: "escape", start, end: start + 2 };
  if (next !== openBrace) {
    const end = nameEnd(text, start + 1);
    if (end === start + 1) return undefined;
    return { kind: "reference", reference: { name: text.slice(start + 1, end), start, end } };
  }
  const invalid = { kind: "invalid", start, end: start + 2 } as const;
  const behindName = nameEnd(text, start + 2);
  if (behindName === start + 2) return invalid;
  const name = text.slice(start + 2, behindName);
  if (text.charCodeAt(behindName) === closeBrace) {
    return { kind: "reference", reference: { name, start, end: behindName + 1 } };
  }
  const operator = operatorAt(text, behindName);
  if (operator === undefined) return invalid;
  const wordStart = behindName + operator.length;
  const last = lastBraces.onLineOf(wordStart);
  if (last < wordStart) return invalid;
  const closing = closingBrace(text, start, last);
  const wordEnd = closing === -1 ? last : closing;
  if (wordEnd < wordStart) return invalid;
  const word = text.slice(wordStart, wordEnd);
  return { kind: "reference", reference: { name, operator, word, start, end: wordEnd + 1 } };
}

function operatorAt(text: string, at: number): Operator | undefined {
  const two = text.slice(at, at + 2);
  const found = operators.find((operator) => operator === two);
  if (found !== undefined) return found;
  return operators.find((operator) => operator === two.charAt(0));
}

/** Gives the offset behind a name that begins at `start`, or `start` where none begins. */
function nameEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && isNameUnit(text.charCodeAt(end), end === start)) end++;
  return end;
}

function isNameUnit(char: number, first: boolean): boolean {
  const letter = (char >= 0x61 && char <= 0x7a) || (char >= 0x41 && char <= 0x5a) || char === 0x5f;
  return letter || (!first && char >= 0x30 && char <= 0x39);
}

/** Finds the brace that closes the one after `start`, up to and with `last`; -1 when they do not balance. */
function closingBrace(text: string, start: number, last: number): number {
  let open = 0;
  for (let at = start; at <= last; at++) {
    const char = text.charCodeAt(at);
    if (char === closeBrace && --open === 0) return at;
    // the unit behind an opening brace is never looked at, as in Compose
    if (char === openBrace) {
      open++;
      at++;
    }
  }
  return -1;
}

/** Answers where a line's last closing brace is, each line looked at once. */
class LastBraces {
  readonly #text: string;
  #lineEnd = -1;
  #last = -1;

  constructor(text: string) {
    this.#text = text;
  }

  onLineOf(offset: number): number {
    if (offset > this.#lineEnd) {
      const end = this.#text.indexOf("\n", offset);
      this.#lineEnd = end === -1 ? this.#text.length : end;
      this.#last = this.#lineEnd === 0 ? -1 : this.#text.lastIndexOf("}", this.#lineEnd - 1);
    }
    return this.#last;
  }
}
