import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorParams } from "../../../bus/kernel/errors.ts";
import type { Logger } from "../../../bus/kernel/log.ts";
import type { FeedWriter } from "../../../bus/ports/feed.ts";
import type { ServiceContainer } from "../../../stacks/watch/container.ts";
import type { EngineEvent } from "../../../stacks/watch/engine-event.ts";
import type { WatchEngine } from "../../../stacks/watch/engine.ts";
import { followEvents, type FollowEventsOptions } from "../../../stacks/watch/follow-events.ts";
import { ImageUpdates } from "../../../stacks/watch/image-updates.ts";
import { LogRoom, type LogRoomOptions } from "../../../stacks/watch/log-room.ts";
import { createSense } from "../../../stacks/watch/sense.ts";
import { sampleStats } from "../../../stacks/watch/stat-sampler.ts";
import { StatStore } from "../../../stacks/watch/stat-series.ts";
import { catchUp, type SeenStates } from "./catch-up.ts";
import type { NameSource } from "./stack-names.ts";

export interface StackWatchOptions {
  readonly tell: FeedWriter["tell"];
  readonly names: NameSource;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Opens logs that no engine keeps. */
  readonly openLog?: LogRoomOptions["open"];
  /** Default: the engine that the docker command uses. */
  readonly open?: FollowEventsOptions["open"];
}

/** What the monitor knows of the stacks' containers by watching them. */
export interface StackWatch {
  /** The engine, while one answers. */
  engine(): WatchEngine | undefined;
  /** Resolves with the engine, or with nothing when none was found in the time. */
  whenUp(waitMs: number): Promise<WatchEngine | undefined>;
  readonly logs: LogRoom;
  readonly stats: StatStore;
  readonly updates: ImageUpdates;
  /** Says that somebody looks at the measures. */
  statsAreWatched(): void;
  /** Asks the registries now. */
  checkImages(): Promise<void>;
  /** Gets each event of a stack's container; must not throw. */
  subscribe(onEvent: (event: EngineEvent) => void): void;
  /** The work behind it, until the signal. */
  readonly work: Promise<void>;
}

const tickMs = 5_000;
const watchedMs = 5 * 60_000;
const updatesEveryMs = 3_600_000;
/** A start is no moment for more work. */
const firstUpdatesMs = 120_000;

/** Watches the containers of all stacks until the signal, and tells the feed what happens to them. */
export function createStackWatch(options: StackWatchOptions): StackWatch {
  const { tell, names, log, signal, open, openLog } = options;
  let engine: WatchEngine | undefined;
  let up = Promise.withResolvers<WatchEngine>();
  let wasLost = false;
  let watchedAtMs = Number.NEGATIVE_INFINITY;
  const listeners: ((event: EngineEvent) => void)[] = [];
  const seen: SeenStates = new Map();
  const say = (code: string, params: ErrorParams, atMs: number = Date.now()): void =>
    tell({ source: "monitor", kind: "health", atMs, code, params });
  const onFailure = (error: unknown): void => log.debug({ err: error }, "the engine was not of help");
  const sense = createSense({ tell: say, stackOf: (project) => names.last.stackOf(project) });
  const logs = new LogRoom({ engine: () => engine, onFailure, ...(openLog ? { open: openLog } : {}) });
  const stats = new StatStore();
  const updates = new ImageUpdates();

  function onEvent(event: EngineEvent): void {
    if (event.action === "start") seen.set(event.id, { isRunning: true });
    else if (event.action === "die") seen.set(event.id, { isRunning: false });
    else if (event.action === "destroy") seen.delete(event.id);
    sense.take(event);
    logs.take(event);
    for (const listener of listeners) listener(event);
  }

  function onUp(opened: WatchEngine): void {
    engine = opened;
    up.resolve(opened);
    if (wasLost) say("stacks_engine_back", {});
    // what happened in between is in no event
    catchUp(opened, seen, { isFirst: !wasLost, signal, onEvent: (event) => sense.take(event) }).catch(
      onFailure,
    );
    wasLost = false;
    logs.engineIsBack();
  }

  const checkImages = async (isAsked = true): Promise<void> => {
    if (engine === undefined) return;
    const running = (await engine.containers({ signal })).filter(({ state }) => state === "running");
    const onUpdate = ({ project, service, image }: ServiceContainer): void =>
      say("image_update", { stack: names.last.stackOf(project), service, image });
    await updates.check(engine, running, { signal, isAsked, onUpdate });
  };

  const work = Promise.all([
    followEvents({
      ...{ signal, onEvent, onUp },
      onLost: (reason) => {
        engine = undefined;
        up = Promise.withResolvers();
        wasLost = true;
        say("stacks_engine_lost", { reason });
      },
      ...(open ? { open } : {}),
    }),
    sampleStats({
      ...{ engine: () => engine, store: stats, signal, onFailure },
      isWatched: () => performance.now() - watchedAtMs < watchedMs,
    }),
    every(
      tickMs,
      signal,
      async () => {
        sense.tick();
        await names.current();
      },
      onFailure,
    ),
    every(updatesEveryMs, signal, () => checkImages(false), onFailure, firstUpdatesMs),
  ]).then(() => logs.close());

  return {
    ...{ logs, stats, updates, work, checkImages: () => checkImages() },
    engine: () => engine,
    whenUp: (waitMs) => Promise.race([up.promise, sleep(waitMs, undefined, { ref: false })]),
    statsAreWatched: () => {
      watchedAtMs = performance.now();
    },
    subscribe: (listener) => void listeners.push(listener),
  };
}

async function every(
  everyMs: number,
  signal: AbortSignal,
  run: () => Promise<void>,
  onFailure: (error: unknown) => void,
  firstMs = 0,
): Promise<void> {
  let waitMs = firstMs;
  while (!signal.aborted) {
    if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    waitMs = everyMs;
    if (!signal.aborted) await run().catch(onFailure);
  }
}
