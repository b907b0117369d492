import type { ServiceProgress } from "../../bus/messages/stack-jobs.ts";
import { judge, type ContainerState, type Verdict } from "./container-state.ts";
import { lookAgain, lookAtContainers } from "./containers-look.ts";
import type { EngineWatch } from "./engine-watch.ts";
import { launchTimedOut, serviceFailed } from "./launch-failure.ts";

export interface SettlingOptions {
  readonly stack: string;
  readonly project: string;
  /** Services that count; containers of others are left over from earlier. */
  readonly services: ReadonlySet<string>;
  /** As it was before the launch. */
  readonly before: readonly ContainerState[];
  readonly watch: EngineWatch;
  readonly settleMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onStep: (progress: ServiceProgress) => void;
}

/** What became of a service. */
export interface SettledService extends Pick<ContainerState, "image" | "imageId" | "configHash"> {
  readonly service: string;
  readonly container: string;
  readonly is: "healthy" | "running" | "finished";
}

/** At least this often the engine is asked, whatever it tells by itself. */
const lookPauseMs = 1_000;

interface Judged {
  readonly container: ContainerState;
  readonly verdict: Verdict;
}

/**
 * Waits until each container is healthy, has run long enough, or has finished.
 * @throws `service_exited`, `service_restarting`, `service_unhealthy`, `service_not_started`, `launch_timeout`
 */
export async function waitUntilSettled(options: SettlingOptions): Promise<SettledService[]> {
  const { stack, project, services, watch, timeoutMs, signal } = options;
  const untilMs = performance.now() + timeoutMs;
  let known: readonly string[] | undefined;
  for (;;) {
    const seen = known === undefined ? await lookAtContainers(project) : await lookAgain(known);
    const counted = seen.filter(({ service }) => services.has(service));
    signal.throwIfAborted();
    // one that is gone was replaced: its successor has another id
    known = known !== undefined && seen.length < known.length ? undefined : seen.map(({ id }) => id);
    const judged = counted.map((container) => ({ container, verdict: judgeOne(container, options) }));
    for (const one of judged) tell(one, options);
    const failed = judged.find(({ verdict }) => verdict.is === "failed");
    if (failed?.verdict.is === "failed") {
      const exitCode = watch.lastExitCode(failed.container.id) ?? failed.container.exitCode;
      throw serviceFailed(stack, { ...failed.container, exitCode }, failed.verdict.why);
    }
    const waiting = judged.filter(({ verdict }) => verdict.is === "waiting");
    if (waiting.length === 0) return judged.map(toSettled);
    if (performance.now() > untilMs)
      throw launchTimedOut(stack, [...new Set(waiting.map(({ container }) => container.service))], timeoutMs);
    const left = waiting.flatMap(({ verdict }) => (verdict.is === "waiting" ? (verdict.forMs ?? []) : []));
    await watch.next(Math.max(20, Math.min(lookPauseMs, ...left)));
  }
}

function judgeOne(container: ContainerState, { settleMs, before }: SettlingOptions): Verdict {
  const restartsBefore = before.find(({ id }) => id === container.id)?.restarts ?? 0;
  // a container that is started by hand counts its restarts anew
  return judge(container, {
    ...{ settleMs, nowMs: Date.now() },
    restartsBefore: Math.min(restartsBefore, container.restarts),
  });
}

function toSettled({ container, verdict }: Judged): SettledService {
  const { service, name, image, imageId, configHash } = container;
  const is = verdict.is === "healthy" || verdict.is === "finished" ? verdict.is : "running";
  return { service, container: name, is, image, imageId, configHash };
}

function tell({ container, verdict }: Judged, { stack, onStep }: SettlingOptions): void {
  const { service, status, health, exitCode } = container;
  const about = { stack, service };
  switch (verdict.is) {
    case "healthy":
      return onStep({ ...about, step: "healthy", done: 1 });
    case "running":
    case "finished":
      return onStep({ ...about, step: "done", done: 1, detail: verdict.is });
    case "failed":
      return onStep({
        ...about,
        step: "failed",
        detail: status === "exited" ? `exit ${exitCode}` : verdict.why,
      });
    case "waiting":
      return onStep({
        ...about,
        step: "start",
        detail: health === undefined ? "settling" : `health ${health}`,
      });
  }
}
