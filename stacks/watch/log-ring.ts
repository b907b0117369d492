import type { RawLine } from "./log-frames.ts";

/** A line with whose it is. */
export interface RingLine extends RawLine {
  readonly service: string;
}

/** What a line costs beside its characters. */
const lineCost = 160;

/** The newest lines of a log in bounded memory, each with a number that only rises. */
export class LogRing {
  readonly capacity: number;
  #lines: (RingLine | undefined)[] = [];
  /** Where the oldest line that is still here stands in the array. */
  #head = 0;
  #firstSeq = 0;
  #cost = 0;

  /** @param capacity about how many bytes it may take */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Number of the oldest line that is still here. */
  get firstSeq(): number {
    return this.#firstSeq;
  }

  /** Number that the next line will have. */
  get nextSeq(): number {
    return this.#firstSeq + this.#lines.length - this.#head;
  }

  get cost(): number {
    return this.#cost;
  }

  push(line: RingLine): void {
    this.#lines.push(line);
    this.#cost += costOf(line);
    while (this.#cost > this.capacity && this.#lines.length - this.#head > 1) this.#drop();
  }

  at(seq: number): RingLine | undefined {
    return seq < this.#firstSeq ? undefined : this.#lines[this.#head + seq - this.#firstSeq];
  }

  /** What the lines from a number on take. */
  costFrom(seq: number): number {
    let cost = 0;
    for (let at = Math.max(seq, this.#firstSeq); at < this.nextSeq; at++) cost += costOf(this.at(at));
    return cost;
  }

  #drop(): void {
    this.#cost -= costOf(this.#lines[this.#head]);
    // not kept alive until the array is cut
    this.#lines[this.#head] = undefined;
    this.#head++;
    this.#firstSeq++;
    if (this.#head < 8_192) return;
    this.#lines = this.#lines.slice(this.#head);
    this.#head = 0;
  }
}

export function costOf(line: RingLine | undefined): number {
  return line === undefined ? 0 : line.text.length + lineCost;
}
