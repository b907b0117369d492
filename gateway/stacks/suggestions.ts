import { createHash } from "node:crypto";
import { notFound } from "../../bus/kernel/errors.ts";
import type { QuestionOutput } from "../../bus/messages/questions.ts";
import type { QuestionClient } from "../../bus/ports/intents.ts";

type Suggestion = QuestionOutput<"monitor.suggest">["suggestions"][number];

/** A suggestion as it may be shown: a secret one has no value, and is taken by its id. */
export interface ShownSuggestion extends Omit<Suggestion, "value"> {
  readonly id: string;
  readonly value?: string;
}

/** What this machine suggests for a variable; the value of a secret stays here. */
export async function listSuggestions(bus: QuestionClient, key: string): Promise<ShownSuggestion[]> {
  return (await read(bus, key)).map(({ id, suggestion: { value, ...rest } }) => ({
    id,
    ...rest,
    ...(rest.secret ? {} : { value }),
  }));
}

/** Writes a suggested value into `dockfra/.env` without showing it. @throws `suggestion_gone` */
export async function takeSuggestion(bus: QuestionClient, key: string, id: string) {
  const found = (await read(bus, key)).find((each) => each.id === id);
  if (found) return bus.question("monitor.env-set", { values: { [key]: found.suggestion.value } });
  const name = key.slice(0, 100);
  throw notFound("suggestion_gone", `This suggestion for ${name} is no longer there. Ask for them again.`, {
    params: { name },
  });
}

/** An id names where a suggestion comes from, not its value: a random one is another each time. */
async function read(bus: QuestionClient, key: string) {
  const { suggestions } = await bus.question("monitor.suggest", { key });
  return suggestions.map((suggestion, index) => ({
    id: createHash("sha256")
      .update(JSON.stringify([index, suggestion.code, suggestion.params, suggestion.label]))
      .digest("hex")
      .slice(0, 20),
    suggestion,
  }));
}
