/** One line of a container's log as the engine gave it. */
export interface RawLine {
  /** RFC 3339 with nine digits of a second, UTC: sorts as text. */
  readonly stamp: string;
  /** Without its line end; nothing is taken out of it. */
  readonly text: string;
}

const headBytes = 8;
const stampLength = 30;
const shortestStamp = "2026-01-01T00:00:00Z".length;
/** More of a line is not kept: the engine hands long ones over in pieces of 16 KB. */
const maxLineLength = 65_536;
const [lineFeed, carriageReturn, blank, letterT] = [0x0a, 0x0d, 0x20, 0x54];

/** Reads the framing of the engine's logs with times: one frame a line, or raw lines where the container has a terminal. */
export class LogFrames {
  readonly #tty: boolean;
  #rest: Buffer = Buffer.alloc(0);
  /** Lines whose end has not come yet, by stream. */
  readonly #open = new Map<number, RawLine>();

  constructor(tty: boolean) {
    this.#tty = tty;
  }

  /** Takes bytes; gives the lines that are whole by now. */
  push(chunk: Buffer): RawLine[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const lines: RawLine[] = [];
    const used = this.#tty ? this.#readRaw(bytes, lines) : this.#readFrames(bytes, lines);
    // a copy, so that a small rest does not keep a large chunk alive
    this.#rest = used === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(used));
    return lines;
  }

  /** Gives what is left when the log has ended. */
  end(): RawLine[] {
    const lines = [...this.#open.values()];
    this.#open.clear();
    if (this.#tty && this.#rest.length > 0) lines.push(toLine(this.#rest, 0, this.#rest.length));
    this.#rest = Buffer.alloc(0);
    return lines;
  }

  #readFrames(bytes: Buffer, lines: RawLine[]): number {
    let at = 0;
    while (at + headBytes <= bytes.length) {
      const from = at + headBytes;
      const end = from + bytes.readUInt32BE(at + 4);
      if (end > bytes.length) break;
      this.#take(bytes[at] ?? 0, toLine(bytes, from, end), bytes[end - 1] === lineFeed, lines);
      at = end;
    }
    return at;
  }

  #take(stream: number, line: RawLine, isWhole: boolean, lines: RawLine[]): void {
    const begun = this.#open.get(stream);
    const whole = begun === undefined ? line : join(begun, line);
    if (isWhole) {
      if (begun !== undefined) this.#open.delete(stream);
      lines.push(whole);
    } else this.#open.set(stream, whole);
  }

  #readRaw(bytes: Buffer, lines: RawLine[]): number {
    let from = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, from)) {
      lines.push(toLine(bytes, from, end + 1));
      from = end + 1;
    }
    if (bytes.length - from <= maxLineLength) return from;
    lines.push(toLine(bytes, from, bytes.length));
    return bytes.length;
  }
}

function join(begun: RawLine, { text }: RawLine): RawLine {
  const room = Math.max(0, maxLineLength - begun.text.length);
  return { stamp: begun.stamp, text: begun.text + text.slice(0, room) };
}

function toLine(bytes: Buffer, from: number, to: number): RawLine {
  let end = to;
  if (end > from && bytes[end - 1] === lineFeed) end--;
  if (end > from && bytes[end - 1] === carriageReturn) end--;
  const usual = from + stampLength;
  const found = usual < end && bytes[usual] === blank ? usual : bytes.indexOf(blank, from);
  const stampEnd = found < 0 || found > end ? end : found;
  if (bytes[from + 10] !== letterT || stampEnd - from < shortestStamp)
    return { stamp: "", text: bytes.toString("utf8", from, Math.min(end, from + maxLineLength)) };
  const textFrom = Math.min(end, stampEnd + 1);
  return {
    stamp: bytes.toString("latin1", from, stampEnd),
    text: bytes.toString("utf8", textFrom, Math.min(end, textFrom + maxLineLength)),
  };
}
