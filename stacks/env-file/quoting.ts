import { invalidInput } from "../../bus/kernel/errors.ts";

/** How a value may be written; the empty one is without quotes. */
export type Quote = "" | "'" | '"';

/** Far below what one variable of a program may have. */
const mostCharacters = 32_768;
const plainValue = /^[\p{L}\p{N}_./:@%+,=?&~^*()[\]{}|;<>!-]*$/u;

/**
 * Writes a value so that Compose reads exactly it back, in the wanted quotes where they can hold it.
 * @throws env_value_refused for what is too long, CR, LF, NUL and text that is no Unicode
 */
export function quoteEnvValue(key: string, value: string, wanted: Quote = ""): string {
  refuse(key, value);
  if (wanted === "" && plainValue.test(value)) return value;
  // inside single quotes a backslash protects a quote and nothing can protect the backslash
  const single = !value.includes("\\") && (wanted === "'" || (wanted === "" && !value.includes("'")));
  if (single) return `'${value.replaceAll("'", String.raw`\'`)}'`;
  return `"${value.replaceAll(/[\\"$]/g, String.raw`\$&`)}"`;
}

function refuse(key: string, value: string): void {
  const hint = "Put long texts in a file and name the file instead.";
  const isLong = value.length > mostCharacters;
  const what = isLong
    ? `more than ${mostCharacters} characters`
    : value.includes("\0")
      ? "NUL"
      : /[\r\n]/.test(value)
        ? "a line break"
        : undefined;
  if (what !== undefined) {
    throw invalidInput(
      "env_value_refused",
      `The value of ${key} has ${what}, which .env cannot hold. ${hint}`,
      {
        params: { key, what },
      },
    );
  }
  if (value.isWellFormed()) return;
  throw invalidInput("env_value_refused", `The value of ${key} is not valid Unicode. Enter it again.`, {
    params: { key, what: "broken Unicode" },
  });
}
