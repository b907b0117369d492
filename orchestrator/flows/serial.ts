/** Runs tasks one after another per key, and keys side by side. */
export function createSerial() {
  const tails = new Map<string, Promise<unknown>>();
  return {
    async run<T>(key: string, task: () => Promise<T>): Promise<T> {
      const before = tails.get(key) ?? Promise.resolve();
      const now = before.then(task, task);
      tails.set(key, now);
      try {
        return await now;
      } finally {
        if (tails.get(key) === now) tails.delete(key);
      }
    },
  };
}
