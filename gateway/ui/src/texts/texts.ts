import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en.ts";

/** A language's texts: a file here named by its code, with the keys of `en`. */
type Texts = typeof en;
const loaders = import.meta.glob<{ readonly texts: Texts }>(["./??.ts", "!./en.ts"]);

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: Texts };
  }
}

/** Starts with English; React escapes what it renders, so the texts do not. */
export async function startTexts(): Promise<i18n> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
  });
  return i18next;
}

/** Speaks another language where it has texts. */
export async function speak(language: string): Promise<void> {
  const load = loaders[`./${language}.ts`];
  if (language === i18next.language || load === undefined) return;
  if (language !== "en") i18next.addResourceBundle(language, "translation", (await load()).texts);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
