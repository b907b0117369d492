import { isScalar, visit } from "yaml";
import type { Document } from "yaml";

/**
 * Joins the lines of the first quoted text that goes on at less indentation than its key: Compose's reader takes such
 * a text, ours reports a missing quote. The result has the same length, so places stay; undefined where nothing is to join.
 */
export function joinQuotedLines(text: string, documents: readonly Document[]): string | undefined {
  for (const document of documents) {
    const [error] = document.errors;
    if (error === undefined) continue;
    if (error.code !== "MISSING_CHAR" || !error.message.startsWith("Missing closing")) return undefined;
    const start = quoteBefore(document, error.pos[0]);
    const end = start === undefined ? -1 : closingQuote(text, start);
    if (start === undefined || end === -1) return undefined;
    const quoted = text.slice(start, end + 1);
    const ended = /^[ \t]*(?:$|[\r\n,\]}:]|[ \t]#)/.test(text.slice(end + 1, end + 200));
    if (!quoted.includes("\n") || !ended || /\n(?:---|\.\.\.)/.test(quoted)) return undefined;
    return text.slice(0, start) + quoted.replaceAll(/[\r\n]/g, " ") + text.slice(end + 1);
  }
  return undefined;
}

/** Finds where the quoted text begins whose end the error names. */
function quoteBefore(document: Document, end: number): number | undefined {
  let start: number | undefined;
  visit(document, (_key, node) => {
    const quoted = isScalar(node) && (node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE");
    if (!quoted || node.range?.[1] !== end) return undefined;
    start = node.range[0];
    return visit.BREAK;
  });
  return start;
}

function closingQuote(text: string, start: number): number {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    const escapes = (quote === '"' && char === "\\") || (quote === "'" && text.startsWith("''", at));
    if (escapes) at++;
    else if (char === quote) return at;
  }
  return -1;
}
