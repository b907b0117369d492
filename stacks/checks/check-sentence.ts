import { invalidInput } from "../../bus/kernel/errors.ts";
import { Check } from "../../bus/messages/checks.ts";

const grammar = 'GET /path [-> STATUS] [contains "text"] [lacks "text"], or: log lacks "text"';
const maxSentence = 5_000;

/**
 * Reads a check out of one sentence, `GET /health -> 200 contains "ok"` or `log lacks "Error"`; never a command check.
 * @throws `check_invalid`
 */
export function parseCheck(sentence: string): Check {
  if (sentence.length > maxSentence) throw refuse(sentence, "it is too long");
  const words = tokenize(sentence);
  const first = words.shift();
  const candidate = first === "log" ? logCheck(words) : first === "GET" ? httpCheck(words) : undefined;
  if (candidate === undefined) throw refuse(sentence, "it starts with neither GET nor log");
  if (words.length > 0) throw refuse(sentence, `it goes on with ${JSON.stringify(words[0])}`);
  const result = Check.safeParse(candidate);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw refuse(sentence, `${issue?.path.join(".") ?? "it"} is not valid`);
  }
  return result.data;
}

/**
 * Writes a check as the sentence that {@link parseCheck} reads; a command check, which has no sentence, as its argv for people.
 */
export function formatCheck(check: Check): string {
  switch (check.kind) {
    case "http":
      return [
        `GET ${check.path}`,
        ...(check.status === undefined ? [] : [`-> ${check.status}`]),
        ...(check.contains === undefined ? [] : [`contains ${JSON.stringify(check.contains)}`]),
        ...(check.lacks === undefined ? [] : [`lacks ${JSON.stringify(check.lacks)}`]),
      ].join(" ");
    case "log":
      return `log lacks ${JSON.stringify(check.lacks)}`;
    case "command":
      return `command ${JSON.stringify(check.argv)}`;
  }
}

type Word = string | { readonly text: string };

function httpCheck(words: Word[]): Record<string, unknown> {
  const check: Record<string, unknown> = { kind: "http", path: words.shift() };
  if (words[0] === "->" || words[0] === "→") {
    words.shift();
    const status = words.shift();
    check["status"] =
      typeof status === "string" && /^\d{3}$/.test(status) ? Number(status) : (status ?? null);
  }
  for (const key of ["contains", "lacks"]) {
    if (words[0] !== key) continue;
    words.shift();
    check[key] = quoted(words.shift());
  }
  return check;
}

function logCheck(words: Word[]): Record<string, unknown> {
  return words.shift() === "lacks" ? { kind: "log", lacks: quoted(words.shift()) } : { kind: "log" };
}

function quoted(word: Word | undefined): string | null {
  return typeof word === "object" ? word.text : null;
}

/** Words are separated by blanks; a word that starts with a double quote is a JSON string. */
function tokenize(sentence: string): Word[] {
  const words: Word[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"(?=\s|$)|([^\s"]\S*))/suy;
  const text = sentence.trim();
  while (pattern.lastIndex < text.length) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match)
      throw refuse(sentence, `a quote does not end, or does not end a word, after column ${from + 1}`);
    if (match[2] === undefined) words.push({ text: unescape(match[1] ?? "", sentence) });
    else words.push(match[2]);
  }
  return words;
}

function unescape(body: string, sentence: string): string {
  try {
    return String(
      JSON.parse(`"${body.replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t")}"`),
    );
  } catch (error) {
    throw refuse(
      sentence,
      `the text in quotes is not valid (write a quote as \\" and a backslash as \\\\)`,
      error,
    );
  }
}

function refuse(sentence: string, why: string, cause?: unknown): Error {
  const shown = sentence.length > 200 ? `${sentence.slice(0, 200)}…` : sentence;
  return invalidInput(
    "check_invalid",
    `No check can be read from ${JSON.stringify(shown)}: ${why}. Write ${grammar}.`,
    {
      params: { sentence: shown, why },
      cause,
    },
  );
}
