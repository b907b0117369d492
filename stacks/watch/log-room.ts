import { randomBytes } from "node:crypto";
import type { EngineEvent } from "./engine-event.ts";
import type { LogRing } from "./log-ring.ts";
import { LogFollow, type LogFollowOptions } from "./log-follow.ts";

/** A place in a stack's log that a reader comes back with; opaque to it. */
interface Cursor {
  readonly follow: string;
  readonly seq: number;
  /** Time of the last line before it, for when the follow is closed. */
  readonly stamp: string;
}

/** A log that is read along, in bounded memory. */
export interface Follow {
  readonly ring: LogRing;
  /** Whether everything that was there at the beginning is in the ring or was. */
  readonly isCaughtUp: boolean;
  /** Resolves with the next lines, or after a time. */
  waitForNews(waitMs: number): Promise<void>;
  /** Says up to where a reader has read. */
  markRead(seq: number): void;
  /** Goes on where a container was started. */
  refresh(id?: string): Promise<void>;
  /** Takes what is new, for one that does not come by itself. */
  look?(): void;
  close(): void;
}

/** A follow with where a reader is in it. */
export interface ReaderPlace {
  readonly id: string;
  readonly follow: Follow;
  /** Number of the next line to read; absent for a reader that wants the last ones. */
  readonly seq?: number;
  /** The time that goes into the cursor where no line is read. */
  readonly stamp: string;
}

export interface LogRoomOptions extends Pick<LogFollowOptions, "engine" | "onFailure"> {
  /** Opens the log of what is no Compose project; default: everything is one. */
  readonly open?: (
    project: string,
    options: Pick<LogFollowOptions, "capacity" | "since">,
  ) => Follow | undefined;
}

interface Open {
  readonly follow: Follow;
  readonly project: string;
  /** Whether any reader may join; one with a beginning of its own is its reader's. */
  readonly isShared: boolean;
  lastReadMs: number;
}

const capacity = 8_000_000;
const maxOpen = 16;
/** A follow that nobody reads for longer than a reader waits is closed; its cursors go on by time, without loss. */
const idleMs = 15_000;
const cursorPattern = /^([0-9a-f]{8})\.(\d{1,15})\.(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z)?$/;

/** The logs that are followed now: one per stack for all who read along, some with a beginning of their own, all bounded. */
export class LogRoom {
  readonly #options: LogRoomOptions;
  readonly #open = new Map<string, Open>();
  readonly #sweep: NodeJS.Timeout;

  constructor(options: LogRoomOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#closeIdle(), idleMs / 3).unref();
  }

  /** How many logs are followed. */
  get size(): number {
    return this.#open.size;
  }

  /** Finds where a reader is, or opens a follow for it. */
  place(project: string, { cursor, sinceMs }: { cursor?: string; sinceMs?: number } = {}): ReaderPlace {
    const from = cursor === undefined ? undefined : parseCursor(cursor);
    const known = from === undefined ? undefined : this.#open.get(from.follow);
    if (from && known?.project === project) {
      known.lastReadMs = performance.now();
      known.follow.look?.();
      return { id: from.follow, follow: known.follow, seq: from.seq, stamp: from.stamp };
    }
    const since = from?.stamp || (sinceMs === undefined ? undefined : stampOf(sinceMs));
    if (since !== undefined) return { ...this.#start(project, since), seq: 0, stamp: since };
    const shared = [...this.#open].find(([, open]) => open.project === project && open.isShared);
    if (shared === undefined) return { ...this.#start(project), stamp: "" };
    const [id, open] = shared;
    open.lastReadMs = performance.now();
    open.follow.look?.();
    return { id, follow: open.follow, stamp: "" };
  }

  /** Lets follows know of a container that was started. */
  take({ action, project, id }: EngineEvent): void {
    if (action === "start") this.#refresh((open) => open.project === project, id);
  }

  /** Goes on after the engine was away. */
  engineIsBack(): void {
    this.#refresh(() => true);
  }

  close(): void {
    clearInterval(this.#sweep);
    for (const id of [...this.#open.keys()]) this.#closeOne(id);
  }

  #start(project: string, since?: string): { id: string; follow: Follow } {
    while (this.#open.size >= maxOpen) {
      const [idlest] = [...this.#open].toSorted(([, a], [, b]) => a.lastReadMs - b.lastReadMs);
      if (idlest) this.#closeOne(idlest[0]);
    }
    const id = randomBytes(4).toString("hex");
    const bounds = { capacity, ...(since === undefined ? {} : { since }) };
    const follow =
      this.#options.open?.(project, bounds) ?? new LogFollow({ ...this.#options, ...bounds, project });
    this.#open.set(id, { follow, project, isShared: since === undefined, lastReadMs: performance.now() });
    return { id, follow };
  }

  #refresh(isMeant: (open: Open) => boolean, id?: string): void {
    for (const open of this.#open.values())
      if (isMeant(open)) open.follow.refresh(id).catch((error: unknown) => this.#options.onFailure(error));
  }

  #closeIdle(): void {
    for (const [id, { lastReadMs }] of this.#open)
      if (performance.now() - lastReadMs > idleMs) this.#closeOne(id);
  }

  #closeOne(id: string): void {
    this.#open.get(id)?.follow.close();
    this.#open.delete(id);
  }
}

/** Writes a cursor. */
export function toCursor({ follow, seq, stamp }: Cursor): string {
  return `${follow}.${seq}.${stamp}`;
}

function parseCursor(text: string): Cursor | undefined {
  const [, follow, seq, stamp = ""] = cursorPattern.exec(text) ?? [];
  return follow === undefined ? undefined : { follow, seq: Number(seq), stamp };
}

/** Writes a moment as the engine writes the times of lines. */
function stampOf(atMs: number): string {
  return new Date(Math.max(0, atMs)).toISOString().replace("Z", "000000Z");
}
