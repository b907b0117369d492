import { readText, toText } from "../../bus/artifact-transfer.ts";
import type { Text } from "../../bus/messages/text.ts";
import type { IntentClient } from "../../bus/ports/intents.ts";

/** Fields of a ticket's intents that are texts of any length. */
export const textFields = ["description", "text", "note"] as const;

/** Stores the texts that came as plain strings, so that the rest is what the intent takes. @throws artifact_too_big, artifact_unfinished */
export async function storeTexts(
  client: IntentClient,
  body: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const stored: Record<string, unknown> = { ...body };
  for (const field of textFields) {
    const value = body[field];
    if (typeof value === "string") stored[field] = await toText(client, value);
  }
  return stored;
}

/** Reads whole texts, and keeps some of the long ones. */
export interface TextReader {
  /** The whole text; its head where the rest is gone. */
  whole(text: Text): Promise<string>;
}

const kept = 32;

/** Makes such a reader. */
export function createTextReader(client: IntentClient): TextReader {
  const known = new Map<string, Promise<string>>();
  return {
    whole(text) {
      const { artifact, head } = text;
      if (artifact === undefined) return Promise.resolve(head);
      const reading =
        known.get(artifact) ??
        readText(client, text).catch(() => {
          known.delete(artifact);
          return head;
        });
      known.delete(artifact);
      known.set(artifact, reading);
      const [oldest] = known.keys();
      if (known.size > kept && oldest !== undefined) known.delete(oldest);
      return reading;
    },
  };
}
