import { DockfraError, unavailable } from "../../../bus/kernel/errors.ts";
import type {
  DeployOptions,
  DeployOutcome,
  DeployRequest,
  RestoreRequest,
  Target,
  TargetStatus,
} from "../target.ts";
import { parsePublicUrl } from "./front-door.ts";
import { askRunner, connectRunner, ensureRunner, type RunnerAnswer } from "./runner-client.ts";
import type { RunnerRequest } from "./runner-protocol.ts";
import { endLeftovers, loadState, openStateDir, saveState, type RunSpec } from "./runner-state.ts";

export interface ProcessTargetOptions {
  readonly stack: string;
  /** The stack's own state directory, absolute. */
  readonly dir: string;
  readonly spec: RunSpec;
}

const shortCallMs = 15_000;
const leftoverGraceMs = 3_000;
/** Beyond both health waits of a deploy: starting, stopping, putting back. */
const deployMarginMs = 60_000;

/**
 * Makes the target that runs a stack as a supervised process behind a port of its own, without any engine.
 * @throws `url_invalid`
 */
export function createProcessTarget({ stack, dir, spec }: ProcessTargetOptions): Target {
  parsePublicUrl(spec.url);

  const change = async (
    request: Extract<RunnerRequest, { op: "deploy" | "restore" }>,
    options: DeployOptions,
  ): Promise<DeployOutcome> => {
    const timeoutMs = 2 * spec.healthTimeoutMs + deployMarginMs;
    const reply = await askRunner(await ensureRunner(dir, stack), request, { ...options, timeoutMs });
    if (reply.type !== "outcome") throw garbled(stack);
    return reply.outcome;
  };

  /** Starts the runner only where something should be running. */
  const shouldRun = (): boolean => {
    const state = loadState(dir);
    return state.current !== undefined && !state.stopped;
  };

  /** Asks without changing anything; a runner that dies at that moment is asked once more, anew. */
  const look = async (request: RunnerRequest, timeoutMs: number): Promise<RunnerAnswer | undefined> => {
    for (let attempt = 0; ; attempt++) {
      const socket = (await connectRunner(dir)) ?? (shouldRun() ? await ensureRunner(dir, stack) : undefined);
      if (!socket) return undefined;
      try {
        return await askRunner(socket, request, { timeoutMs });
      } catch (error) {
        if (attempt > 0 || !(error instanceof DockfraError) || error.code !== "runner_lost") throw error;
      }
    }
  };

  return {
    deploy: (request: DeployRequest, options: DeployOptions = {}) =>
      change({ op: "deploy", ...request, spec }, options),
    restore: ({ commandId, release }: RestoreRequest, options: DeployOptions = {}) =>
      change({ op: "restore", commandId, release, spec }, options),
    status: async (): Promise<TargetStatus> => {
      const reply = await look({ op: "status" }, spec.healthTimeoutMs + shortCallMs);
      if (!reply) {
        const { current } = loadState(dir);
        const known = current ? { releaseId: current.release.releaseId, commit: current.release.commit } : {};
        return {
          running: false,
          healthy: false,
          url: spec.url,
          ...known,
          detail: current ? "stopped" : "nothing was deployed yet",
        };
      }
      if (reply.type !== "status") throw garbled(stack);
      return { ...reply.status, url: reply.status.url || spec.url };
    },
    logs: async ({ lines }) => {
      const reply = await look({ op: "logs", lines }, shortCallMs);
      if (!reply) return [];
      if (reply.type !== "logs") throw garbled(stack);
      return reply.lines;
    },
    stop: async () => {
      const socket = await connectRunner(dir);
      if (socket) {
        await askRunner(socket, { op: "stop" }, { timeoutMs: 2 * shortCallMs });
        return;
      }
      openStateDir(dir);
      const state = loadState(dir);
      await endLeftovers(state, leftoverGraceMs);
      saveState(dir, { ...state, stopped: true });
    },
  };
}

function garbled(stack: string): Error {
  return unavailable(
    "runner_garbled",
    `The runner of "${stack}" answered something else than it was asked.`,
    { retryable: false },
  );
}
