import { existsSync, readFileSync } from "node:fs";
import { isSameProcess, signalGroup } from "../../processes/process-identity.ts";
import { folderCommit } from "../../releases/folder-release.ts";
import { serialCommandsOf } from "../serial-commands.ts";
import type {
  DeployOptions,
  DeployOutcome,
  DeployRequest,
  FinishedChange,
  ReleaseContents,
  RestoreRequest,
  Target,
  TargetStatus,
} from "../target.ts";
import { ComposeChange } from "./compose-change.ts";
import { ComposeProject } from "./compose-project.ts";
import { findOwnObstacles, type ComposeSpec } from "./compose-revision.ts";
import { loadComposeState, saveComposeState, type ComposeState } from "./compose-state.ts";
import { describeContainers, isUp } from "./containers.ts";
import { proveHealth } from "./health-proof.ts";
import { SwarmProject } from "../swarm/swarm-project.ts";

export interface ComposeTargetOptions {
  readonly stack: string;
  /** The stack's own state directory, absolute. */
  readonly dir: string;
  readonly spec: ComposeSpec;
}

/** Makes the target that brings a stack up with `docker compose` or on a swarm, on the local Docker engine or another. */
export function createComposeTarget({ stack, dir, spec }: ComposeTargetOptions): Target {
  const project = spec.swarm ? new SwarmProject(spec) : new ComposeProject(spec);
  const commands = serialCommandsOf<DeployOutcome>(dir);
  const parts = { stack, dir, spec, project };

  const perform = async (
    state: ComposeState,
    request: DeployRequest,
    options: DeployOptions,
  ): Promise<DeployOutcome> => {
    if (state.atWork && isSameProcess(state.atWork)) signalGroup(state.atWork.pid, "SIGKILL");
    const outcome = await new ComposeChange(parts, state, request, options).run();
    delete state.atWork;
    delete state.pending;
    state.outcomes.push({ commandId: request.commandId, outcome });
    saveComposeState(dir, state);
    return outcome;
  };

  const once = (request: DeployRequest, options: DeployOptions): Promise<DeployOutcome> =>
    commands.run(request.commandId, async () => {
      const state = loadComposeState(dir, spec.project);
      const recorded = state.outcomes.find((entry) => entry.commandId === request.commandId);
      if (recorded) return recorded.outcome;
      // what was cut off before comes first, or nobody would know what ran
      if (state.pending && state.pending.request.commandId !== request.commandId)
        await perform(state, state.pending.request, {});
      return perform(state, request, options);
    });

  const recover = async (options: DeployOptions = {}): Promise<FinishedChange | undefined> => {
    const request = loadComposeState(dir, spec.project).pending?.request;
    if (request === undefined || commands.isRunning(request.commandId)) return undefined;
    const outcome = await once(request, options);
    return { commandId: request.commandId, release: request.release, outcome };
  };

  const contents = async (releaseId: string): Promise<ReleaseContents | undefined> => {
    const { kept } = loadComposeState(dir, spec.project);
    const revision = kept.find(({ release }) => release?.releaseId === releaseId);
    const { sealed, parts: services = {} } = revision ?? {};
    if (sealed === undefined || !existsSync(sealed)) return undefined;
    const images = Object.entries(services).map(([service, { image, imageId }]) => ({
      ...{ service, image, digest: imageId },
    }));
    return { config: readFileSync(sealed, "utf8"), images };
  };

  return {
    deploy: (request: DeployRequest, options: DeployOptions = {}) => once(request, options),
    restore: (request: RestoreRequest, options: DeployOptions = {}) => once(request, options),
    status: async (): Promise<TargetStatus> => {
      const { current } = loadComposeState(dir, spec.project);
      const known = current?.release
        ? {
            releaseId: current.release.releaseId,
            ...(current.release.commit === folderCommit ? {} : { commit: current.release.commit }),
          }
        : {};
      const containers = await project.containers();
      const running = containers.some(
        ({ condition }) => condition === "good" || condition === "starting" || condition === "unhealthy",
      );
      if (!running)
        return {
          running,
          healthy: false,
          url: spec.url,
          ...known,
          detail:
            containers.length > 0
              ? "stopped"
              : current
                ? "its containers are gone"
                : "nothing was deployed yet",
        };
      if (!isUp(containers))
        return { running, healthy: false, url: spec.url, ...known, detail: describeContainers(containers) };
      const proof = await proveHealth({ ...spec, healthTimeoutMs: 0 }, project, undefined);
      return { running, healthy: proof.passed, url: spec.url, ...known, detail: proof.observed };
    },
    logs: async ({ lines, sinceMs = 0 }) =>
      project.logs(lines, Math.max(sinceMs, loadComposeState(dir, spec.project).current?.sinceMs ?? 0)),
    timesLog: true,
    stop: async () => project.stop(),
    proves: true,
    recover,
    contents,
    obstacles: () => findOwnObstacles(parts),
  };
}
