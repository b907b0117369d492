import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../bus/kernel/log.ts";
import type { WorkerBus } from "../../bus/ports/bus.ts";

export interface AliveOptions {
  readonly bus: Pick<WorkerBus, "reach">;
  /** Where the file is, for whoever the health check runs as. */
  readonly dir: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}

/** Name of the file whose age tells how long ago the bus last took something of this agent. */
export const aliveName = "alive";

/** Touches the file as long as the bus takes what this agent sends, until the signal. */
export async function tellAlive({ bus, dir, log, signal, everyMs = 2_000 }: AliveOptions): Promise<void> {
  for (let reached = true; !signal.aborted;) {
    try {
      await bus.reach(everyMs);
      await writeFile(join(dir, aliveName), `${Date.now()}\n`, { mode: 0o644 });
      reached = true;
    } catch (error) {
      if (reached) log.warn({ err: error }, "the bus does not take the heartbeat");
      reached = false;
    }
    await sleep(everyMs, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
