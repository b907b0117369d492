/** Collects lines and hands them on together. */
export interface LineBatch extends Disposable {
  add(line: string): void;
}

const everyMs = 1_000;
const maxLength = 8_000;

/** Makes a batch that is flushed once a second and at its end; what is too much for one flush loses its beginning. */
export function createLineBatch(flush: (text: string) => void): LineBatch {
  let pending = "";
  const empty = (): void => {
    if (pending === "") return;
    flush(pending.slice(-maxLength));
    pending = "";
  };
  const timer = setInterval(empty, everyMs);
  return {
    add(line) {
      pending = (pending + line + "\n").slice(-2 * maxLength);
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      empty();
    },
  };
}
