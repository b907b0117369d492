import type { StoredRecord } from "../../bus/ports/flow-log.ts";

/** The last record of the flows in use; a guess only, the append's expected sequence proves it. */
export function createFlowCache(maxEntries = 2_000) {
  const entries = new Map<string, StoredRecord>();
  return {
    get(key: string): StoredRecord | undefined {
      const found = entries.get(key);
      if (found) {
        entries.delete(key);
        entries.set(key, found);
      }
      return found;
    },
    set(key: string, stored: StoredRecord): void {
      entries.delete(key);
      entries.set(key, stored);
      if (entries.size <= maxEntries) return;
      const oldest = entries.keys().next();
      if (!oldest.done) entries.delete(oldest.value);
    },
    drop: (key: string): void => void entries.delete(key),
    clear: (): void => entries.clear(),
  };
}
