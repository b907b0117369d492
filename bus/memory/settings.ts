import type { SettingsStore } from "../ports/stores.ts";
import { intents } from "../messages/intents.ts";
import { parseMessage } from "../codec.ts";

/** Revisions of one key that are kept. */
const historyLength = 10;

/** Makes an empty settings store. */
export function createMemorySettings(): SettingsStore {
  const settings = new Map<string, { value: string; revision: number }[]>();
  let revision = 0;
  return {
    get: async (key) => settings.get(key)?.at(-1)?.value,
    async set(key, value) {
      parseMessage(intents["settings.set"], { key, value }, "setting");
      revision++;
      settings.set(key, [...(settings.get(key) ?? []), { value, revision }].slice(-historyLength));
      return revision;
    },
    keys: async () => [...settings.keys()],
  };
}
