import { rmSync } from "node:fs";
import type { Evidence } from "../../../bus/messages/checks.ts";
import { DockfraError, toErrorInfo } from "../../../bus/kernel/errors.ts";
import { identifyProcess, isSameProcess, signalGroup } from "../../processes/process-identity.ts";
import { SerialCommands } from "../serial-commands.ts";
import {
  toLogTail,
  type DeployFailure,
  type DeployOptions,
  type DeployOutcome,
  type DeployRequest,
  type ReleaseRef,
  type RestoreRequest,
  type Target,
  type TargetStatus,
} from "../target.ts";
import { ComposeProject } from "./compose-project.ts";
import { prepareRevision, type ComposeSpec } from "./compose-revision.ts";
import { loadComposeState, saveComposeState, type ComposeState, type Revision } from "./compose-state.ts";
import { describeContainers, isUp, isUpAs } from "./containers.ts";
import { proveHealth } from "./health-proof.ts";
import { explainUp } from "./up-failure.ts";

export interface ComposeTargetOptions {
  readonly stack: string;
  /** The stack's own state directory, absolute. */
  readonly dir: string;
  readonly spec: ComposeSpec;
}

type Attempt =
  | { readonly revision: Revision; readonly reason?: undefined }
  | {
      readonly revision: Revision | undefined;
      readonly reason: DeployFailure["reason"];
      readonly evidence: Evidence[];
    };

/** Building may take long where nothing is cached. */
const buildTimeoutMs = 30 * 60_000;
const keptRevisions = 3;

/** Makes the target that brings a stack up on the local Docker engine with `docker compose`. */
export function createComposeTarget({ stack, dir, spec }: ComposeTargetOptions): Target {
  const project = new ComposeProject(spec);
  const commands = new SerialCommands<DeployOutcome>();

  const once = (
    commandId: string,
    work: (state: ComposeState) => Promise<DeployOutcome>,
  ): Promise<DeployOutcome> =>
    commands.run(commandId, async () => {
      const state = loadComposeState(dir, spec.project);
      const recorded = state.outcomes.find((entry) => entry.commandId === commandId);
      if (recorded) return recorded.outcome;
      if (state.atWork && isSameProcess(state.atWork)) signalGroup(state.atWork.pid, "SIGKILL");
      const outcome = await work(state);
      delete state.atWork;
      state.outcomes.push({ commandId, outcome });
      saveComposeState(dir, state);
      return outcome;
    });

  const prepare = (release: ReleaseRef, commandId: string): Promise<Revision> =>
    prepareRevision(release, commandId, { stack, dir, spec, project });

  const bringUp = async (
    state: ComposeState,
    revision: Revision,
    build: boolean,
    { signal, onProgress }: DeployOptions,
  ): Promise<DeployFailure["reason"] | undefined> => {
    const run = await project.up(revision, {
      build,
      waitMs: spec.healthTimeoutMs,
      onStarted: (pid) => {
        const atWork = identifyProcess(pid);
        saveComposeState(dir, atWork ? { ...state, atWork } : state);
      },
      timeoutMs: (build ? buildTimeoutMs : 0) + 2 * spec.healthTimeoutMs + 60_000,
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onLine: onProgress } : {}),
    });
    const containers = await project.containers();
    // --wait counts a job that ended well as a failure
    if (run.exitCode === 0) return undefined;
    if (!run.cancelled && !run.timedOut && revision.mark && isUpAs(revision.mark, containers))
      return undefined;
    return explainUp(stack, run, containers);
  };

  /** Tries a release; where there is no reason against it, it runs and is healthy. */
  const attempt = async (
    { commandId, release }: DeployRequest,
    state: ComposeState,
    options: DeployOptions,
  ): Promise<Attempt> => {
    let revision: Revision | undefined;
    try {
      const known = state.kept.find((kept) => kept.release?.releaseId === release.releaseId);
      const reuse = known !== undefined && (await project.hasImages(known));
      revision = await prepare(release, commandId);
      options.onProgress?.(`starting ${release.releaseId} with docker compose`);
      const reason = (await wasDone(revision)) ? undefined : await bringUp(state, revision, !reuse, options);
      if (reason) return { revision, reason, evidence: [] };
      const proof = await proveHealth(spec, project, options.signal);
      if (proof.passed) return { revision };
      const cancelled = options.signal?.aborted ?? false;
      return {
        revision,
        reason: explainUp(stack, undefined, await project.containers(), proof, cancelled),
        evidence: [proof],
      };
    } catch (error) {
      if (!(error instanceof DockfraError) || error.retryable) throw error;
      return { revision, reason: toErrorInfo(error), evidence: [] };
    }
  };

  const change = async (
    request: DeployRequest,
    state: ComposeState,
    options: DeployOptions,
  ): Promise<DeployOutcome> => {
    const startMs = performance.now();
    const { releaseId } = request.release;
    const { url } = spec;
    const before = await findBefore(request, state);
    const tried = await attempt(request, state, options);
    if (tried.reason === undefined) {
      options.onProgress?.(`${releaseId} is healthy`);
      await keep(state, tried.revision);
      return { outcome: "deployed", url, releaseId, tookMs: Math.round(performance.now() - startMs) };
    }
    const { revision, reason, evidence } = tried;
    options.onProgress?.(`${releaseId} did not come up; putting back what ran before`);
    const logTail = revision ? toLogTail(await project.logs(200, revision.sinceMs)) : [];
    const proof = before && (await putBack(state, before, revision));
    if (!before && revision) await project.remove();
    return {
      outcome: proof?.passed ? "restored" : "not_restored",
      reason,
      evidence: proof ? [...evidence, proof] : evidence,
      url,
      logTail,
    };
  };

  /** Brings back what ran before, where something was changed at all, and looks whether it answers. */
  const putBack = async (
    state: ComposeState,
    before: Revision,
    failed: Revision | undefined,
  ): Promise<Evidence> => {
    const build = before.release !== undefined && !(await project.hasImages(before));
    const reason = failed && (await bringUp(state, before, build, {}));
    const health = await proveHealth(spec, project, undefined);
    // what does not answer because it did not even start is told with what kept it from starting
    const proof =
      health.passed || !reason
        ? health
        : { ...health, observed: `${health.observed}. ${reason.message}`.slice(0, 2_000) };
    if (failed && failed.release?.releaseId !== before.release?.releaseId) await forget(failed);
    return proof;
  };

  /** Whether a command that was cut off had brought its containers up already. */
  const wasDone = async ({ mark }: Revision): Promise<boolean> =>
    mark !== undefined && isUpAs(mark, await project.containers());

  const keep = async (state: ComposeState, revision: Revision): Promise<void> => {
    state.kept = [
      ...state.kept.filter((kept) => kept.release?.releaseId !== revision.release?.releaseId),
      revision,
    ];
    state.current = revision;
    saveComposeState(dir, state);
    for (const old of state.kept.splice(0, Math.max(0, state.kept.length - keptRevisions))) await forget(old);
    saveComposeState(dir, state);
  };

  const forget = async (revision: Revision): Promise<void> => {
    await project.removeImages(revision);
    const generated = revision.files.at(-1);
    if (generated?.startsWith(dir)) rmSync(generated, { force: true });
  };

  /** What to bring back: what this target runs, what it is told, or what a person had started. */
  const findBefore = async (
    { previous, commandId }: DeployRequest,
    state: ComposeState,
  ): Promise<Revision | undefined> => {
    if (state.current) return state.current;
    if (!previous) return project.findStarted();
    try {
      return await prepare(previous, `before-${commandId}`);
    } catch (error) {
      if (error instanceof DockfraError && !error.retryable) return project.findStarted();
      throw error;
    }
  };

  return {
    deploy: (request: DeployRequest, options: DeployOptions = {}) =>
      once(request.commandId, (state) => change(request, state, options)),
    restore: (request: RestoreRequest, options: DeployOptions = {}) =>
      once(request.commandId, (state) => change(request, state, options)),
    status: async (): Promise<TargetStatus> => {
      const { current } = loadComposeState(dir, spec.project);
      const known = current?.release
        ? { releaseId: current.release.releaseId, commit: current.release.commit }
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
    logs: async ({ lines }) => project.logs(lines, loadComposeState(dir, spec.project).current?.sinceMs ?? 0),
    stop: async () => project.stop(),
  };
}
