import { ComposeProblem } from "./problems.ts";
import type { Source } from "./problems.ts";

/** What one file may cost; real Compose files stay far below. */
export const sourceLimits = {
  sizeBytes: 1_000_000,
  depth: 500,
} as const;

/**
 * Decodes the bytes of a YAML file: UTF-8, or UTF-16 with a byte order mark.
 * @throws not_utf8, control_character, too_large, too_deep
 */
export function decodeSource(path: string, bytes: Uint8Array): Source {
  refuseLarge(path, bytes.byteLength);
  const source: Source = { path, text: decodeText(path, bytes) };
  refuseControlCharacters(source);
  refuseDeep(source);
  return source;
}

/** @throws too_large */
export function refuseLarge(path: string, sizeBytes: number): void {
  if (sizeBytes <= sourceLimits.sizeBytes) return;
  throw new ComposeProblem(
    "too_large",
    `The file has ${sizeBytes} bytes, more than the ${sourceLimits.sizeBytes} that are read. Split it with "include".`,
    { source: { path, text: "" }, start: 0, end: 0 },
  );
}

function decodeText(path: string, bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const message = `The file is not valid ${encoding.toUpperCase()}. Save it as UTF-8.`;
    throw new ComposeProblem("not_utf8", message, { source: { path, text: "" }, start: 0, end: 0 });
  }
}

function refuseControlCharacters(source: Source): void {
  const { text } = source;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (isPrintable(char)) continue;
    const code = char.toString(16).padStart(4, "0");
    throw new ComposeProblem(
      "control_character",
      `Control characters are not allowed in YAML (U+${code}). Remove it.`,
      { source, start: at, end: at + 1 },
    );
  }
}

/** Whether YAML 1.1 lets a UTF-16 unit stand in a file. */
function isPrintable(char: number): boolean {
  if (char < 0x20) return char === 0x09 || char === 0x0a || char === 0x0d;
  if (char >= 0x7f && char <= 0x9f) return char === 0x85;
  return char !== 0xfffe && char !== 0xffff;
}

// parsers recurse: bound the nesting by a linear look at what opens it, before any parser runs
function refuseDeep(source: Source): void {
  const { text } = source;
  let open = 0;
  let dashes = 0;
  let leading = true;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === lineFeed) {
      dashes = 0;
      leading = true;
    } else if (char === dash || char === question) {
      if (leading) dashes++;
    } else if (char !== space && char !== tab) {
      leading = false;
      if (char === openBracket || char === openBrace) open++;
      else if (char === closeBracket || char === closeBrace) open = Math.max(0, open - 1);
    }
    if (open + dashes <= sourceLimits.depth) continue;
    throw new ComposeProblem("too_deep", `More than ${sourceLimits.depth} levels of nesting.`, {
      source,
      start: at,
      end: at + 1,
    });
  }
}

const [tab, lineFeed, space, dash, question] = [0x09, 0x0a, 0x20, 0x2d, 0x3f] as const;
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d] as const;
