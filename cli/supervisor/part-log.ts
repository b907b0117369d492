import { closeSync, fstatSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";

export interface PartLogOptions {
  /** Beyond this the file becomes `.1`, and `.1` becomes `.2`; default 5 MB. */
  readonly maxBytes?: number;
  /** How many old files stay; default 2. */
  readonly keep?: number;
}

/** The bounded log file of one part. */
export interface PartLog {
  /** Never throws: a disk that refuses costs lines, not the part. */
  write(chunk: string | Uint8Array): void;
  close(): void;
}

/** Opens a part's log for appending. */
export function openPartLog(path: string, { maxBytes = 5_000_000, keep = 2 }: PartLogOptions = {}): PartLog {
  let file = open(path);
  let sizeBytes = file === undefined ? 0 : fstatSync(file).size;
  return {
    write(chunk) {
      if (file !== undefined && sizeBytes >= maxBytes) {
        close(file);
        file = rotate(path, keep) ? open(path) : undefined;
        sizeBytes = 0;
      }
      file ??= open(path);
      if (file !== undefined && append(file, chunk)) sizeBytes += Buffer.byteLength(chunk);
    },
    close() {
      close(file);
      file = undefined;
    },
  };
}

function open(path: string): number | undefined {
  return attempt(() => openSync(path, "a", 0o600));
}

function append(file: number, chunk: string | Uint8Array): boolean {
  return attempt(() => writeSync(file, typeof chunk === "string" ? Buffer.from(chunk) : chunk)) !== undefined;
}

function close(file: number | undefined): void {
  if (file !== undefined) attempt(() => closeSync(file));
}

function rotate(path: string, keep: number): boolean {
  const done = attempt(() => {
    rmSync(`${path}.${keep}`, { force: true });
    for (let number = keep - 1; number >= 1; number--)
      moveIfThere(`${path}.${number}`, `${path}.${number + 1}`);
    moveIfThere(path, `${path}.1`);
    return true;
  });
  return done === true;
}

function moveIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false })) renameSync(from, to);
}

/** A system that refuses gives `undefined`; there is nobody left whom a log could tell. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
