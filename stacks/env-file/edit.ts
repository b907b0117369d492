import { invalidInput } from "../../bus/kernel/errors.ts";
import type { DockfraError } from "../../bus/kernel/errors.ts";
import { requireEnvKey } from "./keys.ts";
import type { KeyOptions } from "./keys.ts";
import { quoteEnvValue } from "./quoting.ts";
import { scanEnvText } from "./statements.ts";
import type { EnvStatement } from "./statements.ts";
import { readEnvText } from "./values.ts";

/** New values by name; `undefined` takes the variable out. */
export type EnvChanges = ReadonlyMap<string, string | undefined>;

/**
 * Changes values in an env file's text and nothing else: comments, order, quotes and line ends stay.
 * @throws env_file_invalid, env_key_invalid, env_key_refused, env_value_refused
 */
export function editEnvText(text: string, changes: EnvChanges, options: KeyOptions = {}): string {
  let edited = text;
  for (const [key, value] of changes) {
    requireEnvKey(key, options);
    edited = value === undefined ? without(edited, key) : withValue(edited, key, value);
  }
  requireReadsBack(text, edited, changes);
  return edited;
}

function withValue(text: string, key: string, value: string): string {
  // of several assignments the last one counts
  const statement = statementsOf(text).findLast((one) => one.key === key);
  if (statement === undefined) return append(text, `${key}=${quoteEnvValue(key, value)}`);
  const written = quoteEnvValue(key, value, statement.quote);
  if (statement.inherited) return splice(text, statement.keyEnd, statement.keyEnd, `=${written}`);
  // with nothing before it, a comment would be the value
  const bare = written === "" && /^[^\r\n]/.test(text.slice(statement.rawEnd));
  return splice(text, statement.rawStart, statement.rawEnd, bare ? "''" : written);
}

function without(text: string, key: string): string {
  const statements = statementsOf(text);
  let edited = text;
  for (const statement of statements.filter((one) => one.key === key).toReversed()) {
    const { start, keyEnd, inherited } = statement;
    const end = inherited ? keyEnd : statement.rawEnd;
    const lineStart = text.lastIndexOf("\n", start - 1) + 1;
    const lineBreak = text.indexOf("\n", end);
    const lineEnd = lineBreak === -1 ? text.length : lineBreak + 1;
    // behind a quoted value another assignment may follow on the same line
    const alone = statements.every(
      (one) => one === statement || one.start < lineStart || one.start >= lineEnd,
    );
    const own =
      alone &&
      statements.every((one) => one === statement || one.rawEnd <= lineStart || one.start >= lineEnd);
    edited = own ? splice(edited, lineStart, lineEnd, "") : splice(edited, start, end, "");
  }
  return edited;
}

function append(text: string, line: string): string {
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const gap = text === "" || text === "\uFEFF" || text.endsWith("\n") ? "" : lineEnd;
  return `${text}${gap}${line}${lineEnd}`;
}

function splice(text: string, start: number, end: number, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

function statementsOf(text: string): readonly EnvStatement[] {
  const scan = scanEnvText(text);
  if (scan.ok) return scan.statements;
  throw brokenFile(scan.line, scan.message);
}

function requireReadsBack(before: string, after: string, changes: EnvChanges): void {
  const read = readEnvText(after);
  if (!read.ok) throw brokenFile(read.line, read.message);
  const others = (text: string): string =>
    JSON.stringify(
      statementsOf(text)
        .filter(({ key }) => key !== "" && !changes.has(key))
        .map(({ key, raw }) => [key, raw]),
    );
  const kept = others(before) === others(after);
  for (const [key, value] of changes) {
    if (kept && read.values.get(key) === value) continue;
    const message = `The value of ${key} cannot be written beside what .env holds. Remove its other lines with ${key} first.`;
    throw invalidInput("env_value_refused", message, { params: { key } });
  }
}

function brokenFile(line: number, message: string): DockfraError {
  return invalidInput(
    "env_file_invalid",
    `.env cannot be read: line ${line}: ${message}. Mend that line first.`,
    {
      params: { line, reason: message },
    },
  );
}
