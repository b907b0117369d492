/** Runs tasks of the same key one after the other, those of other keys side by side. */
export type Serial = <T>(key: string, task: () => Promise<T>) => Promise<T>;

/** Makes an empty queue. */
export function createSerial(): Serial {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, task) => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(task, task);
    const tail = mine.catch(() => undefined);
    tails.set(key, tail);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === tail) tails.delete(key);
    }
  };
}
