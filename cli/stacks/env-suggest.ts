import { invalidInput, notFound } from "../../bus/kernel/errors.ts";
import type { QuestionOutput } from "../../bus/messages/questions.ts";
import { render } from "../../locales/render.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/screen.ts";
import { alignRows } from "../../terminal/table.ts";

export interface SuggestOptions {
  /** Takes the suggestion of this number, from 1. */
  readonly set?: string;
  /** Shows secrets too. */
  readonly show?: boolean;
}

/** One suggested value with where it comes from. */
export type Suggestion = QuestionOutput<"monitor.suggest">["suggestions"][number];

const hidden = "••••••";

/** `env suggest KEY`: what this machine and this project have for a variable. @throws `suggestion_unknown`, `variable_unknown` */
export async function suggest(invocation: Invocation<SuggestOptions>, key: string): Promise<number> {
  const { screen, options } = invocation;
  return withOperator(invocation, async (bus) => {
    const { suggestions } = await bus.question("monitor.suggest", { key });
    if (options.set !== undefined) {
      const chosen = choose(suggestions, options.set, key);
      const { updated } = await bus.question("monitor.env-set", { values: { [key]: chosen.value } });
      if (updated.length === 0)
        throw notFound("variable_unknown", `No stack here uses ${key}. See: dockfra env list`, {
          params: { root: options.root ?? ".", name: key },
        });
      if (screen.json) screen.data({ ok: true, updated });
      else screen.line(`Set ${key} in dockfra/.env: ${sourceOf(chosen)}.`);
      return 0;
    }
    const shown = suggestions.map((one) => (options.show === true ? one : conceal(one)));
    if (screen.json) screen.data({ ok: true, suggestions: shown });
    else for (const line of renderSuggestions(screen, key, shown)) screen.line(line);
    return 0;
  });
}

/** Suggestions as numbered lines. */
export function renderSuggestions(screen: Screen, key: string, suggestions: readonly Suggestion[]): string[] {
  if (suggestions.length === 0) return [`Nothing here suggests a value for ${key}.`];
  return alignRows(
    suggestions.map((one, index) => [
      screen.paint("dim", `${index + 1}.`),
      screen.paint("bold", printableLine(one.value, 70)),
      screen.paint("dim", sourceOf(one)),
    ]),
  );
}

/** Where a suggestion comes from, in words. */
export function sourceOf({ code, params }: Suggestion): string {
  return printableLine(render("en", code, params) ?? code, 200);
}

/** A suggestion whose value is not shown where it is a secret. */
export function conceal(suggestion: Suggestion): Suggestion {
  return suggestion.secret ? { ...suggestion, value: hidden } : suggestion;
}

function choose(suggestions: readonly Suggestion[], number: string, key: string): Suggestion {
  const chosen = /^\d{1,2}$/.test(number) ? suggestions[Number(number) - 1] : undefined;
  if (chosen) return chosen;
  throw invalidInput(
    "suggestion_unknown",
    `There is no suggestion ${number.slice(0, 20)} for ${key.slice(0, 100)}. See: dockfra env suggest ${key.slice(0, 100)}`,
    { params: { number: number.slice(0, 20), key: key.slice(0, 100) } },
  );
}
