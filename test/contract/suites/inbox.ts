/** Collects what arrives, so that a test can wait for it without sleeping. */
export interface Inbox<T> {
  readonly items: readonly T[];
  add(item: T): void;
  /** Resolves with all items once there are at least `count`. */
  atLeast(count: number): Promise<readonly T[]>;
  /** Resolves with the first item that fits, also a later one. */
  first(fits: (item: T) => boolean): Promise<T>;
}

/** Makes an empty inbox. */
export function createInbox<T>(): Inbox<T> {
  const items: T[] = [];
  const waiting = new Set<() => void>();
  const until = <R>(look: () => R | undefined): Promise<R> =>
    new Promise((resolve) => {
      const check = () => {
        const found = look();
        if (found === undefined) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
    });
  return {
    items,
    add(item) {
      items.push(item);
      for (const check of [...waiting]) check();
    },
    atLeast: (count) => until(() => (items.length >= count ? [...items] : undefined)),
    async first(fits) {
      const found = await until(() => {
        const index = items.findIndex(fits);
        return index < 0 ? undefined : { item: items[index] as T };
      });
      return found.item;
    },
  };
}
