import { jetstream } from "@nats-io/jetstream";
import { Kvm, type KV } from "@nats-io/kv";
import { parseMessage } from "../codec.ts";
import { queries } from "../messages/intents.ts";
import type { SettingsStore } from "../ports/stores.ts";
import type { Subjects } from "../subjects.ts";
import type { Wire } from "./connection.ts";
import { createOpener } from "./opener.ts";

const SettingKey = queries["settings.get"].shape.key;

/** Keeps settings in a KV bucket. */
export function createSettingsStore(wire: Wire, subjects: Subjects): SettingsStore {
  const using = createOpener<KV>(wire, () => new Kvm(jetstream(wire.nc)).open(subjects.streams.settings));
  return {
    async get(key) {
      parseMessage(SettingKey, key, "setting");
      return using(async (kv) => {
        const entry = await kv.get(key);
        return entry?.operation === "PUT" ? entry.string() : undefined;
      });
    },
    async set(key, value) {
      parseMessage(SettingKey, key, "setting");
      return using((kv) => kv.put(key, value));
    },
    keys: () =>
      using(async (kv) => {
        const keys: string[] = [];
        for await (const key of await kv.keys()) keys.push(key);
        return keys;
      }),
  };
}
