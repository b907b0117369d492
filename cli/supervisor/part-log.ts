import { createWriteStream, renameSync, rmSync, statSync, type WriteStream } from "node:fs";

export interface PartLogOptions {
  /** Beyond this the file becomes `.1`, and `.1` becomes `.2`; default 5 MB. */
  readonly maxBytes?: number;
  /** How many old files stay; default 2. */
  readonly keep?: number;
}

/** The bounded log file of one part. */
export interface PartLog {
  write(chunk: string | Uint8Array): void;
  close(): Promise<void>;
}

/** Opens a part's log for appending; a disk that refuses costs lines, never the part. */
export function openPartLog(path: string, { maxBytes = 5_000_000, keep = 2 }: PartLogOptions = {}): PartLog {
  let sizeBytes = sizeOf(path);
  let stream = open(path);
  return {
    write(chunk) {
      if (sizeBytes >= maxBytes) {
        stream.end();
        rotate(path, keep);
        stream = open(path);
        sizeBytes = 0;
      }
      sizeBytes += Buffer.byteLength(chunk);
      if (!stream.destroyed) stream.write(chunk);
    },
    close: () => new Promise((resolve) => (stream.destroyed ? resolve() : stream.end(resolve))),
  };
}

function open(path: string): WriteStream {
  const stream = createWriteStream(path, { flags: "a", mode: 0o600 });
  stream.on("error", () => stream.destroy());
  return stream;
}

function rotate(path: string, keep: number): void {
  rmSync(`${path}.${keep}`, { force: true });
  for (let number = keep - 1; number >= 1; number--) moveIfThere(`${path}.${number}`, `${path}.${number + 1}`);
  moveIfThere(path, `${path}.1`);
}

function moveIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false })) renameSync(from, to);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
