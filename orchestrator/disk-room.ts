import { statfs } from "node:fs/promises";
import type { Clock } from "../bus/kernel/clock.ts";
import { unavailable } from "../bus/kernel/errors.ts";

/** Below this a change is refused rather than half written, in bytes. */
const leastRoomBytes = 16 * 1024 * 1024;
const lookEveryMs = 100;

/** Refuses work while the disk of the state directory is full, so that nothing is accepted that cannot be kept. */
export interface DiskRoom {
  /** @throws unavailable `disk_full` */
  require(): Promise<void>;
}

/** Looks at the disk at most ten times a second. */
export function createDiskRoom(dir: string, clock: Clock): DiskRoom {
  let seenAtMs = Number.NEGATIVE_INFINITY;
  let freeBytes = Number.POSITIVE_INFINITY;
  return {
    async require() {
      if (dir === ":memory:") return;
      if (clock.nowMs() - seenAtMs > lookEveryMs) {
        const { bavail, bsize } = await statfs(dir);
        freeBytes = bavail * bsize;
        seenAtMs = clock.nowMs();
      }
      if (freeBytes >= leastRoomBytes) return;
      const freeMb = Math.floor(freeBytes / 1024 / 1024);
      throw unavailable(
        "disk_full",
        `There is no space left to write ${dir} (${freeMb} MB free). Free some disk space, then try again; nothing that was answered is lost.`,
        { params: { path: dir, freeMb } },
      );
    },
  };
}
