import type { z } from "zod";
import type { ErrorInfo } from "../../../../bus/messages/error-info.ts";
import type { FeedItem } from "../../../../bus/messages/feed.ts";
import { languages, render, type Language } from "../../../../locales/render.ts";

/** Reads a language's name; English where nothing is said in it. */
function languageOf(name: string): Language {
  return Object.hasOwn(languages, name) ? (name as Language) : "en";
}

type Coded = Pick<z.infer<typeof ErrorInfo>, "code" | "message" | "params">;

/** Says an error or a finding in a language, else its own English message. */
export function sentenceOf({ code, message, params }: Coded, language: string): string {
  return render(languageOf(language), code, params) ?? message;
}

/** Says a code that has no message of its own, with its params. */
export function say(code: string, language: string, params: Coded["params"] = {}): string {
  return render(languageOf(language), code, params) ?? code.replaceAll(/[._]/g, " ");
}

/** Says what a feed item tells, without its free text. */
export function describeItem({ code, params }: FeedItem, language: string): string {
  return render(languageOf(language), code, params) ?? code.replaceAll("_", " ");
}
