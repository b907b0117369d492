/** Secret values that passed through the gateway; they are kept in memory alone. */
export interface KnownSecrets {
  remember(value: string): void;
  /** Takes them, and what looks like a key, out of a text. */
  redact(text: string): string;
}

const mark = "[secret removed]";
/** Shorter values are no secrets, and would take ordinary words out of every text. */
const minLength = 8;
const kept = 500;

/** Keys that are known by how they look. */
const shapes = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,255}\b/g,
  /\bgithub_pat_\w{20,255}\b/g,
  /\bsk-[A-Za-z0-9_-]{20,255}/g,
  /\bS[UAOCN][A-Z2-7]{56}\b/g,
] as const;

/** Makes a memory without secrets. */
export function createKnownSecrets(): KnownSecrets {
  const values = new Set<string>();
  let pattern: RegExp | undefined;
  return {
    remember(value) {
      if (value.length < minLength || values.has(value)) return;
      values.add(value);
      const [oldest] = values;
      if (values.size > kept && oldest !== undefined) values.delete(oldest);
      const forms = new Set([...values].flatMap(formsOf));
      const sorted = [...forms].toSorted((a, b) => b.length - a.length);
      pattern = new RegExp(sorted.map((form) => form.replaceAll(/[^\w]/g, "\\$&")).join("|"), "gi");
    },
    redact(text) {
      const known = pattern ? text.replace(pattern, mark) : text;
      return shapes.reduce((rest, shape) => rest.replace(shape, mark), known);
    },
  };
}

/** A value as it is and as programs write it: JSON, URL, hex, Base64 wherever it begins in a longer text. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value, "utf8");
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(Math.ceil((shift * 4) / 3), Math.floor(((shift + bytes.length) * 4) / 3)),
  );
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    bytes.toString("hex"),
    ...base64,
    ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
  ].filter((form) => form.length >= minLength);
}
