import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { logLevels, type LogLine } from "../../bus/messages/stack-watch.ts";
import { levelOf, type LogLevel } from "./log-level.ts";
import type { RingLine } from "./log-ring.ts";
import { toCursor, type Follow, type ReaderPlace } from "./log-room.ts";
import { toSafeLine, withoutColours } from "./log-text.ts";

/** Takes known secrets out of texts. */
export interface LineRedactor {
  redact(text: string): string;
  contains(text: string): boolean;
}

export interface ReadWish {
  /** Services to read; all where it is empty. */
  readonly services: ReadonlySet<string>;
  readonly search?: string;
  readonly minLevel?: LogLevel;
  readonly lines: number;
  /** How long to wait for lines where there are none. */
  readonly waitMs: number;
  readonly redactor: LineRedactor;
}

export interface LogReading {
  lines: LogLine[];
  cursor: string;
}

const maxTextLength = 16_384;
/** An answer has to fit into one message of the bus. */
const maxAnswerBytes = 600_000;
const slice = 250;
/** What takes more than its length in JSON. */
const unusual = /["\\]|[^ -~]/;
/** What comes right after the first new line goes out with it. */
const gatherMs = 20;
/** How long lines that are there already may take to be found. */
const findMs = 8_000;

/** Reads on from a place: at least one line where there is one that fits, within the time. */
export async function readFrom(place: ReaderPlace, wish: ReadWish): Promise<LogReading> {
  const { follow, id } = place;
  const beganMs = performance.now();
  if (place.seq === undefined) return readLast(place, wish, beganMs);
  const found = new Answer(wish);
  let seq = place.seq;
  let stamp = place.stamp;
  let isGathered = false;
  for (;;) {
    while (seq < follow.ring.nextSeq && !found.isFull) {
      const first = follow.ring.firstSeq;
      if (seq < first) {
        found.addGap(first - seq);
        seq = first;
      }
      const { taken, last } = found.take(linesFrom(follow, seq));
      seq += taken;
      stamp = last ?? stamp;
      follow.markRead(seq);
      await turn();
      if (performance.now() - beganMs > findMs) break;
    }
    const tookMs = performance.now() - beganMs;
    const isDone = found.isFull || tookMs > findMs || (found.lines.length > 0 && isGathered);
    const leftMs = (follow.isCaughtUp ? wish.waitMs : findMs) - tookMs;
    if (isDone || (leftMs <= 0 && seq >= follow.ring.nextSeq)) break;
    if (found.lines.length > 0) {
      isGathered = true;
      await sleep(Math.min(gatherMs, Math.max(1, leftMs)));
    } else await follow.waitForNews(leftMs);
  }
  return { lines: found.lines, cursor: toCursor({ follow: id, seq, stamp }) };
}

/** The last lines that fit, oldest first; what comes later is read from its cursor. */
async function readLast({ follow, id }: ReaderPlace, wish: ReadWish, beganMs: number): Promise<LogReading> {
  while (!follow.isCaughtUp && performance.now() - beganMs < findMs)
    await follow.waitForNews(findMs - (performance.now() - beganMs));
  const end = follow.ring.nextSeq;
  const stamp = follow.ring.at(end - 1)?.stamp ?? "";
  const found = new Answer(wish);
  const parts: LogLine[][] = [];
  for (let to = end; to > follow.ring.firstSeq && !found.isFull; to -= slice) {
    const from = Math.max(follow.ring.firstSeq, to - slice);
    parts.unshift(found.takeBackwards(linesFrom(follow, from, to)));
    await turn();
  }
  follow.markRead(end);
  return { lines: parts.flat(), cursor: toCursor({ follow: id, seq: end, stamp }) };
}

function linesFrom({ ring }: Follow, from: number, to: number = from + slice): RingLine[] {
  const lines: RingLine[] = [];
  for (let seq = from; seq < Math.min(to, ring.nextSeq); seq++) {
    const line = ring.at(seq);
    if (line) lines.push(line);
  }
  return lines;
}

/** Collects the lines of one answer, within its bounds. */
class Answer {
  readonly lines: LogLine[] = [];
  readonly #wish: ReadWish;
  readonly #search: string | undefined;
  #gap = 0;
  #bytes = 0;
  #count = 0;

  constructor(wish: ReadWish) {
    this.#wish = wish;
    this.#search = wish.search?.toLowerCase();
  }

  get isFull(): boolean {
    return this.#count >= this.#wish.lines || this.#bytes >= maxAnswerBytes;
  }

  addGap(count: number): void {
    this.#gap += count;
  }

  /** Takes lines as far as there is room; gives how many were looked at, and the time of the last one. */
  take(lines: readonly RingLine[]): { taken: number; last: string | undefined } {
    const texts = this.#prepare(lines);
    let taken = 0;
    let last: string | undefined;
    for (const line of lines) {
      if (this.isFull) break;
      const shown = this.#show(line, texts[taken++] ?? "");
      last = line.stamp || last;
      if (shown === undefined) continue;
      if (this.#gap > 0) shown.gap = this.#gap;
      this.#gap = 0;
      this.lines.push(shown);
    }
    return { taken, last };
  }

  /** Takes lines from the last one back as far as there is room; gives them in their order. */
  takeBackwards(lines: readonly RingLine[]): LogLine[] {
    const texts = this.#prepare(lines);
    const shown: LogLine[] = [];
    for (let at = lines.length - 1; at >= 0 && !this.isFull; at--) {
      const line = lines[at];
      const one = line === undefined ? undefined : this.#show(line, texts[at] ?? "");
      if (one) shown.push(one);
    }
    return shown.toReversed();
  }

  /** Takes controls and secrets out; looking once through many lines costs less than many looks. */
  #prepare(lines: readonly RingLine[]): string[] {
    const { redactor } = this.#wish;
    const safe = lines.map(({ text }) => toSafeLine(text));
    if (!redactor.contains(safe.map(withoutColours).join("\n"))) return safe;
    return safe.map((text) => redactLine(text, redactor));
  }

  #show({ service, stamp }: RingLine, text: string): LogLine | undefined {
    const { services, minLevel } = this.#wish;
    if (services.size > 0 && !services.has(service)) return undefined;
    const plain = withoutColours(text);
    // after the secrets are out: a search must not find them
    if (this.#search !== undefined && !plain.toLowerCase().includes(this.#search)) return undefined;
    const level = levelOf(plain);
    if (minLevel !== undefined && logLevels.indexOf(level) > logLevels.indexOf(minLevel)) return undefined;
    this.#count++;
    const shown = text.length > maxTextLength ? `${text.slice(0, maxTextLength - 1)}…` : text;
    this.#bytes += 90 + service.length + bytesInJson(shown);
    return { service, atMs: Date.parse(stamp) || 0, text: shown, level };
  }
}

function bytesInJson(text: string): number {
  return unusual.test(text) ? Buffer.byteLength(JSON.stringify(text)) : text.length;
}

/** A colour in the middle of a secret must not hide it. */
function redactLine(text: string, redactor: LineRedactor): string {
  const plain = withoutColours(text);
  if (!redactor.contains(plain)) return text;
  const redacted = redactor.redact(text);
  return redactor.contains(withoutColours(redacted)) ? redactor.redact(plain) : redacted;
}
