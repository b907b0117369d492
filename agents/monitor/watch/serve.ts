import { unavailable } from "../../../bus/kernel/errors.ts";
import type { Logger } from "../../../bus/kernel/log.ts";
import type { QuestionInput } from "../../../bus/messages/questions.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import type { EventMemory } from "../../../stacks/watch/event-memory.ts";
import type { WatchEngine } from "../../../stacks/watch/engine.ts";
import { readLines, readStackLines } from "../stack-service/log-read.ts";
import type { ProjectSource } from "../stack-service/project-source.ts";
import { readServices } from "../stack-service/services.ts";
import { createProcessLogs, findProcessStack } from "./process-logs.ts";
import { createNameSource, requireStackName } from "./stack-names.ts";
import { createStackWatch, type StackWatchOptions } from "./stack-watch.ts";

export interface WatchServiceOptions extends Pick<StackWatchOptions, "open"> {
  readonly bus: Pick<WorkerBus, "serveQuestion" | "tell">;
  readonly source: Pick<ProjectSource, "read">;
  readonly stateDir: string;
  readonly log: Logger;
  /** Hears of every event. */
  readonly events?: EventMemory;
  readonly signal: AbortSignal;
}

/** How long the first question waits for the engine to be found. */
const firstWaitMs = 3_000;

/** Watches the stacks' containers, and answers `monitor.services`, `monitor.stats` and `monitor.log-read`, until the signal. */
export async function serveWatch(options: WatchServiceOptions): Promise<void> {
  const { bus, source, stateDir, signal } = options;
  const names = createNameSource(source);
  const openLog = createProcessLogs(stateDir);
  const watch = createStackWatch({ ...options, names, openLog, tell: (entry) => bus.tell(entry) });
  watch.subscribe((event) => options.events?.take(event));
  let isFirst = true;
  const findEngine = async (): Promise<WatchEngine | undefined> => {
    const engine = watch.engine() ?? (isFirst ? await watch.whenUp(firstWaitMs) : undefined);
    isFirst = false;
    return engine;
  };
  await Promise.all([
    watch.work,
    bus.serveQuestion(
      "monitor.services",
      async (input) => {
        const { stack, checkImages } = input as QuestionInput<"monitor.services">;
        const engine = await findEngine();
        if (engine === undefined) return { engine: false, services: [] };
        if (checkImages === true) await watch.checkImages();
        const known = { engine, names: await names.current(), updates: watch.updates };
        return { engine: true, services: await readServices(known, stack) };
      },
      signal,
    ),
    bus.serveQuestion(
      "monitor.stats",
      async (input) => {
        const { stack, sinceMs } = input as QuestionInput<"monitor.stats">;
        watch.statsAreWatched();
        const known = await names.current();
        const series = watch.stats.list(known.stackOf, {
          ...(stack === undefined ? {} : { stack: known.stackOf(known.projectsOf(stack)[0] ?? stack) }),
          ...(sinceMs === undefined ? {} : { sinceMs }),
        });
        if (stack !== undefined && series.length === 0 && known.reading !== undefined) {
          const containers = (await (await findEngine())?.containers()) ?? [];
          requireStackName(
            known.reading,
            stack,
            containers.map(({ project }) => project),
          );
        }
        return { series };
      },
      signal,
    ),
    bus.serveQuestion(
      "monitor.log-read",
      async (input) => {
        const wish = input as QuestionInput<"monitor.log-read">;
        const known = await names.current();
        const process = findProcessStack(known, wish.stack, stateDir);
        if (process !== undefined) return readLines({ names: known, logs: watch.logs }, process, wish);
        const engine = await findEngine();
        if (engine === undefined)
          throw unavailable(
            "engine_unreachable",
            "No Docker engine answers: it is not there yet. Start it, or check that you may use it.",
            { params: { reason: "it is not there yet" } },
          );
        return readStackLines({ engine, names: known, logs: watch.logs }, wish);
      },
      signal,
    ),
  ]);
}
