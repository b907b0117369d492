import { useSyncExternalStore } from "react";

/** A value that components can watch. */
export interface Store<T> {
  get(): T;
  set(next: T): void;
  /** Replaces the value by what a function makes of it; the same value wakes nobody. */
  update(change: (now: T) => T): void;
  subscribe(listener: () => void): () => void;
}

/** Makes a store with its first value. */
export function createStore<T>(first: T): Store<T> {
  let value = first;
  const listeners = new Set<() => void>();
  const set = (next: T): void => {
    if (Object.is(next, value)) return;
    value = next;
    for (const listener of listeners) listener();
  };
  return {
    get: () => value,
    set,
    update: (change) => set(change(value)),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Renders again whenever the store's value changes. */
export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
