import { createStore, useStore } from "../live/store.ts";

const now = createStore(Date.now());
setInterval(() => {
  if (!document.hidden) now.set(Date.now());
}, 5_000);

/** The time, a few times a minute: what is shown relative to it stays true. */
export function useNowMs(): number {
  return Math.max(useStore(now), 0);
}
