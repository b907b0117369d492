import { setTimeout as sleep } from "node:timers/promises";
import { DockfraError } from "../../bus/kernel/errors.ts";
import type { WatchEngine } from "./engine.ts";
import type { StatStore } from "./stat-series.ts";

export interface SamplerOptions {
  /** The engine, while one answers. */
  readonly engine: () => WatchEngine | undefined;
  readonly store: StatStore;
  readonly signal: AbortSignal;
  /** Whether somebody looks: then it is measured often. */
  readonly isWatched: () => boolean;
  /** Gets what stands in the way; must not throw. */
  readonly onFailure: (error: unknown) => void;
}

const watchedEveryMs = 2_000;
const idleEveryMs = 30_000;
/** A measure costs the engine about this much; more containers are measured less often. */
const costMs = 20;
const atOnce = 4;
/** How often a sleeping sampler looks whether somebody has come. */
const lookEveryMs = 500;

/** Measures the running containers of all stacks until the signal: every 2 s while somebody looks, else every 30 s. */
export async function sampleStats(options: SamplerOptions): Promise<void> {
  const { engine, store, signal, isWatched, onFailure } = options;
  while (!signal.aborted) {
    const startedMs = performance.now();
    const current = engine();
    let count = 0;
    if (current)
      count = await sampleOnce(current, store, signal).catch((error: unknown) => {
        if (!signal.aborted) onFailure(error);
        return 0;
      });
    store.sweep();
    for (;;) {
      const everyMs = Math.max(isWatched() ? watchedEveryMs : idleEveryMs, count * costMs * 4);
      const leftMs = everyMs - (performance.now() - startedMs);
      if (leftMs <= 0 || signal.aborted) break;
      await sleep(Math.min(leftMs, lookEveryMs), undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Measures each running container once; gives how many there are. @throws `engine_unreachable` */
async function sampleOnce(engine: WatchEngine, store: StatStore, signal: AbortSignal): Promise<number> {
  const running = (await engine.containers({ signal })).filter(({ state }) => state === "running");
  const waiting = running.values();
  async function work(): Promise<void> {
    for (const { id, name, project, service } of waiting) {
      try {
        const { restarts } = await engine.inspect(id, { signal });
        store.add({ id, name, project, service, restarts }, await engine.stats(id, { signal }));
      } catch (error) {
        // one that is gone meanwhile has no measure
        if (!(error instanceof DockfraError) || error.code !== "engine_lacks") throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return running.length;
}
