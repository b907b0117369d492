import { runDocker } from "../targets/compose/docker-cli.ts";

/** Wakes whoever waits for something to happen to the containers of a project. */
export interface EngineWatch extends AsyncDisposable {
  /** Resolves at the next event, or after the time. */
  next(timeoutMs: number): Promise<void>;
  /** The exit code with which a container ended last since the watch began: once it runs again, the engine itself has forgotten. */
  lastExitCode(container: string): number | undefined;
}

const counted = ["die", "start", "oom", "health_status", "destroy"];
const format = "{{.Action}} {{.Actor.ID}} {{.Actor.Attributes.exitCode}}";
const dayMs = 24 * 3_600_000;

/** Follows the engine's events of a project's containers; where it tells none, only the time wakes. */
export function watchProject(project: string): EngineWatch {
  const end = new AbortController();
  let wake = Promise.withResolvers<void>();
  const filters = [
    `label=com.docker.compose.project=${project}`,
    "type=container",
    ...counted.map((event) => `event=${event}`),
  ];
  const exitCodes = new Map<string, number>();
  const take = (line: string): void => {
    const [, id, code] = /^die ([0-9a-f]+) (\d+)$/.exec(line) ?? [];
    if (id !== undefined) exitCodes.set(id, Number(code));
    wake.resolve();
  };
  const words = ["events", "--format", format, ...filters.flatMap((filter) => ["--filter", filter])];
  // an engine that cannot be asked is told of by whoever works with it
  const running = runDocker(words, {
    ...{ timeoutMs: dayMs, signal: end.signal, onLine: take },
  }).catch(() => undefined);
  return {
    async next(timeoutMs) {
      const timer = setTimeout(() => wake.resolve(), timeoutMs);
      await wake.promise;
      clearTimeout(timer);
      wake = Promise.withResolvers<void>();
    },
    lastExitCode: (container) => exitCodes.get(container),
    async [Symbol.asyncDispose]() {
      end.abort();
      await running;
    },
  };
}
