import { en } from "./en/all.ts";

/** Values of the placeholders of a sentence. */
export type SentenceParams = Readonly<Record<string, string | number | boolean>>;

/** Sentences by code; `{name}` stands for a parameter. */
export type Sentences = Readonly<Record<string, string>>;

/** The languages that have sentences; what one of them lacks is said in English. */
export const languages = { en } as const satisfies Readonly<Record<string, Sentences>>;
export type Language = keyof typeof languages;

const placeholder = /\{([A-Za-z][A-Za-z0-9]*)\}/g;

/** A placeholder, with the option before it where it is a word of a command: `--root {root}`, `git -C {dir}`. */
const placed = /((?:^|\s)--?[A-Za-z][A-Za-z-]*\s)?\{([A-Za-z][A-Za-z0-9]*)\}/g;

/** Names of the parameters that a sentence needs. */
export function placeholdersOf(sentence: string): string[] {
  return [...sentence.matchAll(placeholder)].map((match) => match[1] ?? "");
}

/** Says a code in a language, or gives `undefined` where it has no sentence or a parameter is missing. */
export function render(language: Language, code: string, params: SentenceParams = {}): string | undefined {
  const table: Sentences = languages[language];
  const sentence = Object.hasOwn(table, code) ? table[code] : undefined;
  if (sentence === undefined) return undefined;
  if (placeholdersOf(sentence).some((name) => !Object.hasOwn(params, name))) return undefined;
  return sentence.replace(placed, (_, option: string | undefined, name: string) =>
    option === undefined
      ? (clauseOf(language, name, params) ?? String(params[name]))
      : `${option}${shellWord(String(params[name]))}`,
  );
}

/** An event's name is a code too: people read what happened. */
function clauseOf(language: Language, name: string, params: SentenceParams): string | undefined {
  return name === "event" ? render(language, `happened.${String(params[name])}`, params) : undefined;
}

/** Writes a text as one word of a shell's command line, quoted where it must be, for a person to copy. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
