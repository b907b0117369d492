import type { Clock } from "../kernel/clock.ts";
import { notFound } from "../kernel/errors.ts";
import type { DeadLetter } from "../messages/intents.ts";
import { ErrorInfo } from "../messages/error-info.ts";
import type { DeadLetters } from "../ports/stores.ts";
import { parseMessage } from "../codec.ts";

/** Characters of a body that a list shows. */
const headLength = 1_000;

/** Makes an empty store of dead letters; `publish` puts a body back on its subject. */
export function createMemoryDeadLetters(
  clock: Clock,
  publish: (subject: string, body: string) => void,
): DeadLetters {
  const letters = new Map<number, { letter: DeadLetter; body: Uint8Array }>();
  let lastSeq = 0;
  const find = (seq: number) => {
    const found = letters.get(seq);
    if (found) return found;
    throw notFound("dead_letter_unknown", `No dead letter ${seq}. List them again.`, { params: { seq } });
  };
  return {
    async bury({ stream, subject, body, error }) {
      const seq = ++lastSeq;
      const bodyHead = new TextDecoder().decode(body).slice(0, headLength);
      const letter = {
        seq,
        stream,
        subject,
        error: parseMessage(ErrorInfo, error, "error"),
        atMs: clock.nowMs(),
        bodyHead,
      };
      letters.set(seq, { letter, body: Uint8Array.from(body) });
    },
    list: async (limit) => [...letters.values()].slice(0, limit).map(({ letter }) => structuredClone(letter)),
    count: async () => letters.size,
    async retry(seq) {
      const { letter, body } = find(seq);
      publish(letter.subject, new TextDecoder().decode(body));
      letters.delete(seq);
    },
    async drop(seq) {
      find(seq);
      letters.delete(seq);
    },
  };
}
