import { setTimeout as sleep } from "node:timers/promises";
import { DockfraError } from "../../bus/kernel/errors.ts";
import type { ServiceContainer } from "./container.ts";
import type { WatchEngine } from "./engine.ts";
import { costOf, LogRing, type RingLine } from "./log-ring.ts";
import { mergeLogs, readLog } from "./log-source.ts";

export interface LogFollowOptions {
  /** The engine, while one answers. */
  readonly engine: () => WatchEngine | undefined;
  /** The Compose project. */
  readonly project: string;
  /** Where it begins, RFC 3339; without it, with the last lines. */
  readonly since?: string;
  /** About how many bytes of lines are kept. */
  readonly capacity: number;
  /** Gets what stands in the way; must not throw. */
  readonly onFailure: (error: unknown) => void;
}

/** How far behind a live log may be before lines are rather lost, with a mark, than later. */
const lateMs = 3_000;
const lookEveryMs = 250;
/** How many of each container's last lines a follow begins with. */
const tailLines = 5_000;

/** Up to where a container's log was read: the time of the last line, and how many lines had that very time. */
interface Place {
  stamp: string;
  count: number;
}

/**
 * The log of one stack, all its containers in one order, in bounded memory. What was written before is read at the pace of its fastest
 * reader, as the engine keeps it; a live log is at most seconds behind. Whoever reads too slowly loses lines, and is told how many.
 */
export class LogFollow {
  readonly ring: LogRing;
  readonly #options: LogFollowOptions;
  readonly #end = new AbortController();
  readonly #places = new Map<string, Place>();
  /** Containers whose log is not read to its end: they run, or did when it was looked at last. */
  readonly #unfinished = new Set<string>();
  /** Containers that are followed now; `true` where one was started again meanwhile. */
  readonly #live = new Map<string, boolean>();
  /** Beyond the last line that any reader took. */
  #readSeq = 0;
  #unread = 0;
  #isCaughtUp = false;
  #news = Promise.withResolvers<void>();
  #room = Promise.withResolvers<void>();

  constructor(options: LogFollowOptions) {
    this.#options = options;
    this.ring = new LogRing(options.capacity);
    void this.#begin();
  }

  /** Whether everything that was there at the beginning is in the ring or was. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  /** Resolves with the next lines, when what was there is read, or after a time. */
  async waitForNews(waitMs: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, waitMs);
    await Promise.race([this.#news.promise, late.promise]);
    clearTimeout(timer);
  }

  /** Says up to where a reader has read. */
  markRead(seq: number): void {
    if (seq <= this.#readSeq) return;
    this.#readSeq = seq;
    this.#unread = this.ring.costFrom(seq);
    this.#room.resolve();
  }

  /** Follows a container that was started; without one, all that run, or ended before their last lines were read. */
  async refresh(id?: string): Promise<void> {
    const engine = this.#options.engine();
    if (id !== undefined) this.#unfinished.add(id);
    if (!this.#isCaughtUp || engine === undefined || this.#end.signal.aborted) return;
    if (id !== undefined && this.#live.has(id)) {
      this.#live.set(id, true);
      return;
    }
    const { project } = this.#options;
    const containers = await engine.containers({ project, signal: this.#end.signal });
    for (const container of containers) {
      if (container.state === "running") this.#unfinished.add(container.id);
      if (this.#unfinished.has(container.id)) void this.#followOne(container);
    }
  }

  close(): void {
    this.#end.abort();
    this.#news.resolve();
    this.#room.resolve();
  }

  async #begin(): Promise<void> {
    try {
      const engine = this.#options.engine();
      if (engine) await this.#readHistory(engine);
    } catch (error) {
      if (!this.#end.signal.aborted) this.#options.onFailure(error);
    }
    this.#isCaughtUp = true;
    this.#tellNews();
    await this.refresh().catch((error: unknown) => this.#options.onFailure(error));
  }

  async #readHistory(engine: WatchEngine): Promise<void> {
    const { project, since } = this.#options;
    const { signal } = this.#end;
    const containers = await engine.containers({ project, signal });
    for (const { id, state } of containers) if (state === "running") this.#unfinished.add(id);
    const bounds = since === undefined ? { tail: tailLines } : { since };
    const sources = containers.map((container) =>
      this.#remember(container.id, readLog(engine, container, { ...bounds, signal })),
    );
    for await (const lines of mergeLogs(sources)) {
      // the last lines of all are wanted, and nobody reads yet
      if (since === undefined) this.#pushNow(lines);
      else await this.#pushAll(lines, false);
      if (signal.aborted) return;
    }
  }

  /** Passes on what of a log was not read yet, and remembers up to where it was read. */
  async *#remember(id: string, source: AsyncGenerator<RingLine[]>): AsyncGenerator<RingLine[]> {
    const isNew = createFilter(this.#places.get(id), this.#options.since);
    try {
      for await (const lines of source) {
        const fresh = lines.filter(isNew);
        this.#note(id, fresh);
        if (fresh.length > 0) yield fresh;
      }
    } catch (error) {
      // a container that is gone, or whose driver keeps no log, has no lines
      if (!(error instanceof DockfraError) || error.code === "engine_unreachable") throw error;
      this.#options.onFailure(error);
    }
  }

  #note(id: string, lines: readonly RingLine[]): void {
    const last = lines.at(-1)?.stamp ?? "";
    if (last === "") return;
    const count = lines.filter(({ stamp }) => stamp === last).length;
    const before = this.#places.get(id);
    this.#places.set(id, { stamp: last, count: count + (before?.stamp === last ? before.count : 0) });
  }

  async #followOne(container: ServiceContainer): Promise<void> {
    const { id } = container;
    if (this.#live.has(id)) return;
    const { signal } = this.#end;
    try {
      do {
        this.#live.set(id, false);
        const engine = this.#options.engine();
        if (engine === undefined) return;
        // an engine may end a followed log before its last lines when the container ends: a second look finds them
        for (const follow of [true, false]) {
          const since = this.#places.get(id)?.stamp ?? this.#options.since;
          const wish = { follow, signal, ...(since === undefined ? {} : { since }) };
          for await (const lines of this.#remember(id, readLog(engine, container, wish)))
            await this.#pushAll(lines, follow);
          if (signal.aborted) return;
        }
      } while (this.#live.get(id) === true);
      this.#unfinished.delete(id);
    } catch (error) {
      if (!signal.aborted) this.#options.onFailure(error);
    } finally {
      this.#live.delete(id);
    }
  }

  /** Waits for readers, so that nothing is lost; a log that is followed live waits only a little, as the engine may throw old lines away. */
  async #pushAll(lines: readonly RingLine[], isLive: boolean): Promise<void> {
    for (const line of lines) {
      while (this.#unread > this.ring.capacity / 2 && !(isLive && isLate(line))) {
        if (this.#end.signal.aborted) return;
        this.#tellNews();
        this.#room = Promise.withResolvers();
        await Promise.race([this.#room.promise, sleep(lookEveryMs, undefined, { ref: false })]);
      }
      this.#push(line);
    }
    this.#tellNews();
  }

  #pushNow(lines: readonly RingLine[]): void {
    for (const line of lines) this.#push(line);
  }

  #push(line: RingLine): void {
    this.ring.push(line);
    this.#unread += costOf(line);
  }

  #tellNews(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}

/** Leaves out what stands at or before a place; a log that is opened again begins with the lines of that very time. */
function createFilter(place: Place | undefined, since: string | undefined): (line: RingLine) => boolean {
  let seen = 0;
  return ({ stamp }) => {
    if (stamp === "") return true;
    if (since !== undefined && stamp <= since) return false;
    if (place === undefined || stamp > place.stamp) return true;
    return stamp === place.stamp && ++seen > place.count;
  };
}

function isLate({ stamp }: RingLine): boolean {
  return Date.now() - Date.parse(stamp) > lateMs;
}
