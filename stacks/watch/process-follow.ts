import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { splitTime } from "../targets/process/instance-log.ts";
import type { Follow } from "./log-room.ts";
import { LogRing, type RingLine } from "./log-ring.ts";

export interface ProcessFollowOptions {
  /** Where the logs of the stack's deployments are. */
  readonly dir: string;
  /** What its lines are told to be of: it has no services. */
  readonly service: string;
  /** Where it begins, RFC 3339; without it, with the last lines. */
  readonly since?: string;
  /** About how many bytes of lines are kept. */
  readonly capacity: number;
}

/** How far a deployment's file is read. */
interface Place {
  ino: number;
  offset: number;
  /** A line whose end was not there yet. */
  rest: Buffer;
}

const lookEveryMs = 150;
const tailLines = 5_000;
const lostMark = "[dockfra] older lines are gone: they were written faster than read";

/** The log of a stack that runs as a process: the files of its deployments in one order of time, looked at while somebody reads. */
export class ProcessFollow implements Follow {
  readonly ring: LogRing;
  readonly isCaughtUp = true;
  readonly #options: ProcessFollowOptions;
  readonly #places = new Map<string, Place>();
  readonly #end = new AbortController();

  constructor(options: ProcessFollowOptions) {
    this.#options = options;
    this.ring = new LogRing(options.capacity);
    const { since } = options;
    const lines = this.#read();
    const wanted = since === undefined ? lines.slice(-tailLines) : lines.filter(({ stamp }) => stamp > since);
    for (const line of wanted) this.ring.push(line);
  }

  look(): void {
    for (const line of this.#read()) this.ring.push(line);
  }

  async waitForNews(waitMs: number): Promise<void> {
    const [seq, untilMs] = [this.ring.nextSeq, performance.now() + waitMs];
    while (!this.#end.signal.aborted) {
      this.look();
      const leftMs = untilMs - performance.now();
      if (this.ring.nextSeq > seq || leftMs <= 0) return;
      const { signal } = this.#end;
      await sleep(Math.min(lookEveryMs, leftMs), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Every line stays in its file until it is read, as long as the file does. */
  markRead(): void {}

  async refresh(): Promise<void> {}

  close(): void {
    this.#end.abort();
  }

  #read(): RingLine[] {
    const { dir, service } = this.#options;
    const lines = listLogs(dir).flatMap((file) => this.#readFile(join(dir, file)));
    return lines
      .map((line) => ({ ...splitTime(line), service }))
      .toSorted((a, b) => (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0));
  }

  #readFile(file: string): string[] {
    const [older, ino, known] = [`${file}.1`, inodeOf(file), this.#places.get(file)];
    if (ino === undefined) return [];
    if (known?.ino === ino) return readOn(file, known);
    // begun anew since: what was not read of the old one is beside it
    const olderIno = inodeOf(older);
    const isWhole = known === undefined || known.ino === olderIno;
    const before = isWhole && known ? known : beginOf(olderIno ?? 0);
    const place = beginOf(ino);
    this.#places.set(file, place);
    return [...(isWhole ? [] : [lostMark]), ...readOn(older, before), ...readOn(file, place)];
  }
}

function beginOf(ino: number): Place {
  return { ino, offset: 0, rest: Buffer.alloc(0) };
}

function listLogs(dir: string): string[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch {
    // nothing was deployed yet
    return [];
  }
  return names
    .filter((name) => /^\d+\.log$/.test(name))
    .toSorted((a, b) => Number.parseInt(a) - Number.parseInt(b));
}

function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}

/** Reads whole lines from a place on, and moves it. */
function readOn(file: string, place: Place): string[] {
  let fd: number;
  try {
    fd = openSync(file, "r");
  } catch {
    // it went with its deployment
    return [];
  }
  try {
    const { size, ino } = fstatSync(fd);
    if (ino !== place.ino || size <= place.offset) return [];
    const bytes = Buffer.alloc(size - place.offset);
    const count = readSync(fd, bytes, 0, bytes.length, place.offset);
    place.offset += count;
    const all = Buffer.concat([place.rest, bytes.subarray(0, count)]);
    const end = all.lastIndexOf(10) + 1;
    place.rest = Buffer.from(all.subarray(end));
    return end === 0 ? [] : all.toString("utf8", 0, end - 1).split("\n");
  } finally {
    closeSync(fd);
  }
}
