/** Hands over what came in at once, at most once a frame. */
export interface Batch<T> {
  add(item: T): void;
}

/** Calls back before the next paint; a hidden page paints nothing, and is called four times a second. */
export function onNextFrame(callback: () => void): void {
  if (document.hidden) setTimeout(callback, 250);
  else requestAnimationFrame(callback);
}

/** Collects items until the next frame, so that a burst costs one render. */
export function createBatch<T>(
  flush: (items: readonly T[]) => void,
  schedule: (callback: () => void) => void = onNextFrame,
): Batch<T> {
  let waiting: T[] = [];
  return {
    add(item) {
      waiting.push(item);
      if (waiting.length > 1) return;
      schedule(() => {
        const items = waiting;
        waiting = [];
        flush(items);
      });
    },
  };
}
