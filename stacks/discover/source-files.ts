import { readFileSync, realpathSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { ComposeProblem } from "./problems.ts";
import type { Origin, Source } from "./problems.ts";
import { decodeSource, refuseLarge } from "./yaml-source.ts";

/** What tells an unchanged file: modification time, size, inode. */
export type FileStamp = string;

/** Reads files below one root, and notes each with its stamp, absent ones too. */
export class RootFiles {
  readonly #root: string;
  readonly stamps = new Map<string, FileStamp>();

  /** @param root a real path */
  constructor(root: string) {
    this.#root = root;
  }

  /** @throws path_outside_root, unreadable, and what decoding refuses */
  read(path: string, from?: Origin): Source {
    const origin = from ?? { source: { path, text: "" }, start: 0, end: 0 };
    this.stamps.set(path, stampOf(path));
    const real = this.#realPath(path, origin);
    try {
      const stats = statSync(real);
      if (!stats.isFile()) throw unreadable(path, "it is not a file", origin);
      refuseLarge(path, stats.size);
      return decodeSource(path, readFileSync(real));
    } catch (error) {
      throw toProblem(error, path, origin);
    }
  }

  /** Reads a file that may be absent. @throws path_outside_root, unreadable */
  readOptional(path: string): Source | undefined {
    this.stamps.set(path, stampOf(path));
    return this.stamps.get(path) === absent ? undefined : this.read(path);
  }

  /** Whether a file was noted, and was there. */
  has(path: string): boolean {
    const stamp = this.stamps.get(path);
    return stamp !== undefined && stamp !== absent;
  }

  /** Whether nothing that was noted has changed since. */
  static unchanged(stamps: ReadonlyMap<string, FileStamp>): boolean {
    for (const [path, stamp] of stamps) if (stampOf(path) !== stamp) return false;
    return true;
  }

  #realPath(path: string, origin: Origin): string {
    let real: string;
    try {
      real = realpathSync(path);
    } catch (error) {
      throw toProblem(error, path, origin);
    }
    if (isInside(this.#root, real)) return real;
    const message = `${path} is outside of the root and is not read. Move it below the root.`;
    throw new ComposeProblem("path_outside_root", message, origin);
  }
}

/** Whether a real path is the directory or below it. */
export function isInside(dir: string, path: string): boolean {
  const way = relative(dir, path);
  return way === "" || (!isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`));
}

const absent: FileStamp = "absent";

function stampOf(path: string): FileStamp {
  const stats: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? absent : `${stats.mtimeMs}:${stats.ctimeMs}:${stats.size}:${stats.ino}`;
}

function toProblem(error: unknown, path: string, origin: Origin): unknown {
  if (!(error instanceof Error) || !("code" in error) || error instanceof ComposeProblem) return error;
  const why =
    error.code === "ENOENT"
      ? "it does not exist"
      : error.code === "ELOOP"
        ? "its links form a loop"
        : String(error.code);
  return unreadable(path, why, origin);
}

function unreadable(path: string, why: string, origin: Origin): ComposeProblem {
  return new ComposeProblem("unreadable", `Cannot read ${path}: ${why}.`, origin);
}
