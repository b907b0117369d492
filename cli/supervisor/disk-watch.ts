import { statfs } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../bus/kernel/log.ts";

const lookEveryMs = 2_000;
const fullBelowBytes = 4 * 1024 * 1024;
const roomAboveBytes = 16 * 1024 * 1024;

export interface DiskWatchOptions {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Called once each time the disk fills up; must not throw. */
  readonly onFull: (freeMb: number) => void;
  /** Called once each time there is room again. */
  readonly onRoom: () => Promise<void>;
}

/** Watches the disk of a directory until the signal. */
export async function watchDisk(
  dir: string,
  { signal, log, onFull, onRoom }: DiskWatchOptions,
): Promise<void> {
  let isFull = false;
  while (!signal.aborted) {
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      const { bavail, bsize } = await statfs(dir);
      const freeBytes = bavail * bsize;
      if (!isFull && freeBytes < fullBelowBytes) {
        isFull = true;
        onFull(Math.floor(freeBytes / 1024 / 1024));
      } else if (isFull && freeBytes > roomAboveBytes) {
        isFull = false;
        await onRoom();
      }
    } catch (error) {
      log.warn({ err: error, dir }, "the disk cannot be looked at");
    }
  }
}
