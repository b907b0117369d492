/** Shorter values are no secrets, and would take ordinary words out of every text. */
const minLength = 8;
const mark = "[secret removed]";

/** Takes known secret values out of texts. */
export interface Redactor {
  redact(text: string): string;
  contains(text: string): boolean;
  /** Longest form of a secret, in characters: what a cut text must hold back. */
  readonly longest: number;
}

/** Makes a redactor of the given values: plain, hex, URL-encoded, JSON-escaped, and Base64 wherever it begins in a longer text. */
export function createRedactor(values: Iterable<string>): Redactor {
  const forms = new Set<string>();
  for (const value of values) {
    if (value.length < minLength) continue;
    for (const form of formsOf(value)) if (form.length >= minLength) forms.add(form);
  }
  const sorted = [...forms].toSorted((a, b) => b.length - a.length);
  if (sorted.length === 0) return { redact: (text) => text, contains: () => false, longest: 0 };
  // hex and percent signs are written in either case
  const pattern = new RegExp(sorted.map((form) => form.replaceAll(/[^\w]/g, "\\$&")).join("|"), "gi");
  return {
    redact: (text) => text.replace(pattern, mark),
    contains: (text) => text.search(pattern) >= 0,
    longest: sorted[0]?.length ?? 0,
  };
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value, "utf8");
  return [
    value,
    bytes.toString("hex"),
    encodeURIComponent(value),
    [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
    JSON.stringify(value).slice(1, -1),
    [...value].toReversed().join(""),
    ...[0, 1, 2].flatMap((shift) => base64At(bytes, shift)),
  ];
}

/** The digits that depend on the secret alone, when it stands `shift` bytes behind a multiple of three. */
function base64At(bytes: Buffer, shift: number): string[] {
  const digits = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString("base64")
    .replace(/=+$/, "");
  const from = Math.ceil((shift * 4) / 3);
  const end = Math.floor(((shift + bytes.length) * 4) / 3);
  const inner = digits.slice(from, end);
  return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
}
