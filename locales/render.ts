import { en } from "./en/all.ts";

/** Values of the placeholders of a sentence. */
export type SentenceParams = Readonly<Record<string, string | number | boolean>>;

/** Sentences by code; `{name}` stands for a parameter. */
export type Sentences = Readonly<Record<string, string>>;

/** The languages that have sentences; what one of them lacks is said in English. */
export const languages = { en } as const satisfies Readonly<Record<string, Sentences>>;
export type Language = keyof typeof languages;

const placeholder = /\{([A-Za-z][A-Za-z0-9]*)\}/g;

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
  return sentence.replace(placeholder, (_, name: string) => String(params[name]));
}
