import type { EngineEvent } from "../../../stacks/watch/engine-event.ts";
import type { WatchEngine } from "../../../stacks/watch/engine.ts";

/** Which containers ran when they were last heard of, by id. */
export type SeenStates = Map<string, { readonly isRunning: boolean }>;

export interface CatchUpOptions {
  /** Nothing is told the first time: it is how things are. */
  readonly isFirst: boolean;
  readonly signal: AbortSignal;
  /** Gets what must have happened meanwhile; must not throw. */
  readonly onEvent: (event: EngineEvent) => void;
}

/** Finds out what happened to containers while no events came. @throws `engine_unreachable` */
export async function catchUp(
  engine: WatchEngine,
  seen: SeenStates,
  { isFirst, signal, onEvent }: CatchUpOptions,
): Promise<void> {
  const containers = await engine.containers({ signal });
  for (const { id, name, project, service, image, state } of containers) {
    const isRunning = state === "running" || state === "paused";
    const before = seen.get(id);
    seen.set(id, { isRunning });
    if (isFirst || before?.isRunning === isRunning || (before === undefined && !isRunning)) continue;
    const about = { id, name, project, service, image, atMs: Date.now() };
    if (isRunning) onEvent({ ...about, action: "start" });
    else {
      const { exitCode, oomKilled } = await engine.inspect(id, { signal });
      if (oomKilled) onEvent({ ...about, action: "oom" });
      onEvent({ ...about, action: "die", exitCode });
    }
  }
  const ids = new Set(containers.map(({ id }) => id));
  for (const id of seen.keys()) if (!ids.has(id)) seen.delete(id);
}
