import { denied, notFound, type ErrorInfo as ErrorInfoType } from "../kernel/errors.ts";
import { ErrorInfo } from "../messages/error-info.ts";
import type { DeadLetter } from "../messages/intents.ts";
import { workers } from "../messages/principals.ts";
import type { DeadLetters } from "../ports/stores.ts";
import { deadOfWorker } from "../server/accounts.ts";
import type { Subjects } from "../subjects.ts";
import type { Wire } from "./connection.ts";
import type { Letter } from "./consume.ts";
import { createStreamReader, type Stored } from "./direct.ts";
import { errorCodes, refused, toHeaders, type JetStreamApi } from "./jetstream-api.ts";

const headLength = 1_000;
/** More of a body than this is cut off, so that the letter with its reason still fits into one message. */
const keptBytes = 1_000_000;

const names = {
  stream: "Dockfra-Stream",
  subject: "Dockfra-Subject",
  error: "Dockfra-Error",
  at: "Dockfra-At",
  cut: "Dockfra-Cut",
} as const;

/** Puts a letter on a subject of the DEAD stream. */
export async function buryOn(
  api: JetStreamApi,
  deadSubject: string,
  { stream, subject, body, error }: Letter,
): Promise<void> {
  const shortened: ErrorInfoType = { ...error, message: error.message.slice(0, 2_000) };
  const headers = toHeaders({
    [names.stream]: encodeURIComponent(stream),
    [names.subject]: encodeURIComponent(subject),
    [names.error]: encodeURIComponent(JSON.stringify(shortened)).slice(0, 16_000),
    [names.at]: String(Date.now()),
    ...(body.length > keptBytes ? { [names.cut]: "1" } : {}),
  });
  const result = await api.store(deadSubject, body.subarray(0, keptBytes), headers);
  if (!result.ok) throw refused(deadSubject, result.refusal);
}

const unreadable: ErrorInfoType = {
  kind: "invalid_input",
  code: "message_invalid",
  message: "Its reason cannot be read.",
  retryable: false,
  params: {},
};

function readError(text: string): ErrorInfoType {
  try {
    return ErrorInfo.parse(JSON.parse(decodeURIComponent(text)));
  } catch {
    return unreadable;
  }
}

function toLetter(stored: Stored): DeadLetter {
  return {
    seq: stored.seq,
    stream: decodeURIComponent(stored.header(names.stream)),
    subject: decodeURIComponent(stored.header(names.subject)),
    error: readError(stored.header(names.error)),
    atMs: Number(stored.header(names.at)) || 0,
    bodyHead: new TextDecoder().decode(stored.data.subarray(0, headLength * 3)).slice(0, headLength),
  };
}

/** Keeps what could not be handled in the DEAD stream; a list shows the newest. */
export function createDeadLetters(wire: Wire, api: JetStreamApi, subjects: Subjects): DeadLetters {
  const stream = subjects.streams.dead;
  const reader = createStreamReader(wire, api, stream);

  async function find(seq: number): Promise<Stored> {
    const stored = await reader.at(seq);
    if (stored) return stored;
    throw notFound("dead_letter_unknown", `No dead letter ${seq}. List them again.`, { params: { seq } });
  }
  async function remove(seq: number): Promise<void> {
    const result = await api.call(`STREAM.MSG.DELETE.${stream}`, { seq });
    if (!result.ok && result.refusal.errCode !== errorCodes.noMessage)
      throw refused(`dropping dead letter ${seq}`, result.refusal);
  }
  /** A worker writes its own letters: with a subject of its choice a retry would carry its words where it may not go. */
  function checkOrigin(stored: Stored, subject: string): void {
    const worker = workers.find((name) => deadOfWorker(subjects, name) === stored.subject);
    if (!worker) return;
    const own = subjects.commandsOf(worker).slice(0, -1);
    if (subject.startsWith(own) && /^[A-Za-z0-9_-]+$/.test(subject.slice(own.length))) return;
    throw denied(
      "dead_letter_forged",
      `Dead letter ${stored.seq} of ${worker} names ${subject}, where it may not send. Drop it.`,
      {
        params: { seq: stored.seq, worker, subject },
      },
    );
  }

  return {
    bury: (letter) => buryOn(api, subjects.dead(letter.stream), letter),
    async list(limit) {
      const { firstSeq, lastSeq, deleted, messages } = await reader.state();
      if (messages === 0) return [];
      const fromSeq = Math.max(firstSeq, lastSeq - limit - deleted + 1);
      const letters: DeadLetter[] = [];
      for await (const stored of reader.range({ fromSeq, limit: limit + deleted }))
        letters.push(toLetter(stored));
      return letters.slice(-limit);
    },
    count: async () => (await reader.state()).messages,
    async retry(seq) {
      const stored = await find(seq);
      const { subject } = toLetter(stored);
      checkOrigin(stored, subject);
      if (stored.header(names.cut)) {
        throw denied("dead_letter_cut", `Dead letter ${seq} was too long to be kept whole. Drop it.`, {
          params: { seq },
        });
      }
      const result = await api.store(subject, stored.data);
      if (!result.ok) throw refused(subject, result.refusal);
      await remove(seq);
    },
    async drop(seq) {
      await find(seq);
      await remove(seq);
    },
  };
}
