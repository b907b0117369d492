const words = new Map<string, boolean | number | null>([
  ["", null],
  ["~", null],
  ...["null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["true", "True", "TRUE"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE"].map((word) => [word, false] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, Number.NaN] as const),
  ...["", "+"].flatMap((sign) =>
    [".inf", ".Inf", ".INF"].map((word) => [sign + word, Number.POSITIVE_INFINITY] as const),
  ),
  ...["-.inf", "-.Inf", "-.INF"].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const prefixedInteger = /^([-+]?)0(?:([xX])([0-9a-fA-F]+)|([bB])([01]+)|[oO]?([0-7]+))$/;
const timestamp =
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})| [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?)?$/;

/** Reads a plain scalar as YAML 1.1 with 1.2's booleans: `yes` and `on` stay text, `0777` is octal, `1_000` a number. */
export function readPlain(text: string): { value: string | number | boolean | null; timestamp?: true } {
  const word = words.get(text);
  if (word !== undefined) return { value: word };
  const first = text.charCodeAt(0);
  const numeric = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e;
  if (!numeric) return { value: text };
  if (timestamp.test(text) && isDate(text)) return { value: text, timestamp: true };
  const plain = first === 0x2e ? text : text.replaceAll("_", "");
  const integer = prefixedInteger.exec(plain);
  if (integer !== null) return { value: toInteger(integer) };
  if (float.test(plain)) return { value: Number(plain) };
  return { value: text };
}

function toInteger(match: RegExpExecArray): number {
  const [, sign, hex, hexDigits, , binaryDigits, octalDigits] = match;
  const size =
    hex !== undefined
      ? Number.parseInt(hexDigits ?? "", 16)
      : binaryDigits !== undefined
        ? Number.parseInt(binaryDigits, 2)
        : Number.parseInt(octalDigits ?? "", 8);
  return sign === "-" ? -size : size;
}

function isDate(text: string): boolean {
  const [year, month, day] = text.split(/[-Tt ]/, 3).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
