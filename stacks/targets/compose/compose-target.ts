import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Evidence } from "../../../bus/messages/checks.ts";
import { DockfraError, toErrorInfo } from "../../../bus/kernel/errors.ts";
import { identifyProcess, isSameProcess, signalGroup } from "../../processes/process-identity.ts";
import { writeDurably } from "../durable-file.ts";
import type {
  DeployFailure,
  DeployOptions,
  DeployOutcome,
  DeployRequest,
  ReleaseRef,
  RestoreRequest,
  Target,
  TargetStatus,
} from "../target.ts";
import { toLogTail } from "../target.ts";
import { findComposeFiles, linkEnvFiles, stackDir } from "./compose-files.ts";
import { ComposeProject } from "./compose-project.ts";
import { loadComposeState, saveComposeState, type ComposeState, type Revision } from "./compose-state.ts";
import { commandLabel, ComposeConfig, composeOverride } from "./override.ts";
import { configInvalid, explainUp, noComposeFile } from "./up-failure.ts";
import { describeContainers, isUp, isUpAs } from "./containers.ts";
import { lastWords } from "./docker-cli.ts";
import { proveHealth, type HealthSpec } from "./health-proof.ts";

export interface ComposeTargetOptions {
  readonly stack: string;
  /** The stack's own state directory, absolute. */
  readonly dir: string;
  readonly spec: ComposeSpec;
}

/** How to bring a stack up: the part of `dockfra.yaml` that a compose target needs. */
export interface ComposeSpec extends HealthSpec {
  readonly project: string;
  /** The stack's own directory: where its data and its `.env` are. */
  readonly ownDir: string;
  /** The stack's directory below a release's tree. */
  readonly releaseSubDir: string;
  /** Compose files in that directory; default: as Compose finds them. */
  readonly files?: readonly string[];
  readonly envFiles: readonly string[];
}

/** Building may take long where nothing is cached. */
const buildTimeoutMs = 30 * 60_000;
const keptRevisions = 3;

/** Makes the target that brings a stack up on the local Docker engine with `docker compose`. */
export function createComposeTarget({ stack, dir, spec }: ComposeTargetOptions): Target {
  const project = new ComposeProject(spec);
  const flights = new Map<string, Promise<DeployOutcome>>();
  let last: Promise<unknown> = Promise.resolve();

  /** One change at a time; the same command once however often it is asked. */
  const once = (
    commandId: string,
    work: (state: ComposeState) => Promise<DeployOutcome>,
  ): Promise<DeployOutcome> => {
    const flying = flights.get(commandId);
    if (flying) return flying;
    const run = async (): Promise<DeployOutcome> => {
      const state = loadComposeState(dir, spec.project);
      const recorded = state.outcomes.find((entry) => entry.commandId === commandId);
      if (recorded) return recorded.outcome;
      if (state.atWork && isSameProcess(state.atWork)) signalGroup(state.atWork.pid, "SIGKILL");
      const outcome = await work(state);
      delete state.atWork;
      state.outcomes.push({ commandId, outcome });
      saveComposeState(dir, state);
      return outcome;
    };
    const flight = last.then(run, run).finally(() => flights.delete(commandId));
    last = flight.catch(() => undefined);
    flights.set(commandId, flight);
    return flight;
  };

  /** Writes down what a release is made of. @throws `no_compose_file`, `compose_config_invalid`, `release_missing` */
  const prepare = async (release: ReleaseRef, commandId: string): Promise<Revision> => {
    const projectDir = stackDir(release.dir, spec.releaseSubDir);
    const files = findComposeFiles(projectDir, spec.files);
    if (files.length === 0) throw noComposeFile(stack, spec.releaseSubDir, spec.files);
    linkEnvFiles(files, projectDir, spec.ownDir);
    const run = await project.config({ projectDir, files });
    if (run.exitCode !== 0) throw configInvalid(stack, lastWords(run));
    const config = ComposeConfig.parse(JSON.parse(run.stdout));
    const { releaseId } = release;
    const override = composeOverride(config, {
      project: spec.project,
      commandId,
      releaseId,
      releaseDir: projectDir,
      ownDir: spec.ownDir,
    });
    const file = join(dir, `${releaseId}.${commandId}.json`);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeDurably(file, override.text);
    return {
      release,
      projectDir,
      files: [...files, file],
      images: override.images,
      mark: { label: `${commandLabel}=${commandId}`, services: override.labelled },
      sinceMs: Date.now(),
    };
  };

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

  const change = async (
    request: DeployRequest,
    state: ComposeState,
    options: DeployOptions,
  ): Promise<DeployOutcome> => {
    const startMs = performance.now();
    const { commandId, release } = request;
    const before = await findBefore(request, state);
    let reason: DeployFailure["reason"] | undefined;
    let revision: Revision | undefined;
    const evidence: Evidence[] = [];
    try {
      const known = state.kept.find((kept) => kept.release?.releaseId === release.releaseId);
      const reuse = known !== undefined && (await project.hasImages(known));
      revision = await prepare(release, commandId);
      options.onProgress?.(`starting ${release.releaseId} with docker compose`);
      reason = (await wasDone(revision)) ? undefined : await bringUp(state, revision, !reuse, options);
    } catch (error) {
      if (!(error instanceof DockfraError) || error.retryable) throw error;
      reason = toErrorInfo(error);
    }
    if (revision && !reason) {
      const proof = await proveHealth(spec, project, options.signal);
      if (proof.passed) {
        options.onProgress?.(`${release.releaseId} is healthy`);
        await keep(state, revision);
        return {
          outcome: "deployed",
          url: spec.url,
          releaseId: release.releaseId,
          tookMs: Math.round(performance.now() - startMs),
        };
      }
      evidence.push(proof);
      reason = explainUp(
        stack,
        undefined,
        await project.containers(),
        proof,
        options.signal?.aborted ?? false,
      );
    }
    options.onProgress?.(`${release.releaseId} did not come up; putting back what ran before`);
    const logTail = revision ? toLogTail(await project.logs(200, revision.sinceMs)) : [];
    const restored = await putBack(state, before, revision, evidence);
    return {
      outcome: restored ? "restored" : "not_restored",
      reason: reason ?? toErrorInfo(noComposeFile(stack, spec.releaseSubDir, spec.files)),
      evidence,
      url: spec.url,
      logTail,
    };
  };

  const putBack = async (
    state: ComposeState,
    before: Revision | undefined,
    failed: Revision | undefined,
    evidence: Evidence[],
  ): Promise<boolean> => {
    if (!before) {
      if (failed) await project.remove();
      return false;
    }
    if (failed)
      await bringUp(state, before, before.release !== undefined && !(await project.hasImages(before)), {});
    const proof = await proveHealth(spec, project, undefined);
    evidence.push(proof);
    if (failed && failed.release?.releaseId !== before.release?.releaseId) await forget(failed);
    return proof.passed;
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
