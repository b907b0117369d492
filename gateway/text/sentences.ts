import type { ErrorInfo } from "../../bus/kernel/errors.ts";
import type { FeedEntry } from "../../bus/messages/feed.ts";
import { languages, render, type Language } from "../../locales/render.ts";

/** Reads a language's name; English where we do not speak it. */
export function languageOf(name: unknown): Language {
  return typeof name === "string" && Object.hasOwn(languages, name) ? (name as Language) : "en";
}

/** Says an error in a language, else its own English message. */
export function sentenceOf(error: ErrorInfo, language: Language = "en"): string {
  return render(language, error.code, error.params) ?? error.message;
}

/** Says what a feed entry tells, with its free text after it. */
export function describeEntry({ code, params, text }: FeedEntry, language: Language = "en"): string {
  const sentence =
    render(language, code, params) ??
    [code, ...Object.entries(params).map(([name, value]) => `${name}=${value}`)].join(" ");
  return text === undefined || text === "" ? sentence : `${sentence}: ${text}`;
}
