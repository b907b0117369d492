import { setTimeout as sleep } from "node:timers/promises";
import type { EngineEvent } from "./engine-event.ts";
import { openEngine, type WatchEngine } from "./engine.ts";

export interface FollowEventsOptions {
  readonly signal: AbortSignal;
  /** Gets each event, in order; must not throw. */
  readonly onEvent: (event: EngineEvent) => void;
  /** Called each time events flow, the first time too; must not throw. */
  readonly onUp: (engine: WatchEngine) => void;
  /** Called once each time an engine that was there is gone; must not throw. */
  readonly onLost: (reason: string) => void;
  /** Default: the engine that the docker command uses. */
  readonly open?: (signal: AbortSignal) => Promise<WatchEngine>;
  /** How often an engine that is silent is asked whether it lives; default 10 s. */
  readonly pingEveryMs?: number;
}

const firstPauseMs = 200;
const longestPauseMs = 5_000;

/** Follows the events of the stacks' containers until the signal, over every absence of the engine. */
export async function followEvents(options: FollowEventsOptions): Promise<void> {
  const { signal, onEvent, onUp, onLost, open = openEngine, pingEveryMs = 10_000 } = options;
  let isUp = false;
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    let engine: WatchEngine | undefined;
    const end = new AbortController();
    const either = AbortSignal.any([signal, end.signal]);
    let reason = "it closed the connection";
    try {
      engine = await open(signal);
      const opened = engine;
      const pings = setInterval(() => {
        opened.ping({ signal: either }).catch((error: unknown) => {
          reason = describe(error);
          end.abort();
        });
      }, pingEveryMs);
      try {
        await opened.events({
          ...{ signal: either, onEvent },
          onOpen: () => {
            isUp = true;
            pauseMs = firstPauseMs;
            onUp(opened);
          },
        });
        // an engine that only dropped this one stream is not lost
        if (!either.aborted) await opened.ping({ signal });
      } finally {
        clearInterval(pings);
      }
    } catch (error) {
      if (!end.signal.aborted) reason = describe(error);
      end.abort();
    } finally {
      engine?.close();
    }
    if (signal.aborted) return;
    if (isUp && end.signal.aborted) {
      isUp = false;
      onLost(reason);
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
