import { join } from "node:path";
import type { Evidence } from "../../../bus/messages/checks.ts";
import { DockfraError, toErrorInfo, type ErrorInfo } from "../../../bus/kernel/errors.ts";
import { assertChangeAllowed } from "../../policy/change-guard.ts";
import { folderCommit, releaseGone } from "../../releases/folder-release.ts";
import { formatCheck } from "../../checks/check-sentence.ts";
import { identifyProcess } from "../../processes/process-identity.ts";
import { toLogTail, type DeployOptions, type DeployOutcome, type DeployRequest } from "../target.ts";
import type { ComposeProject } from "./compose-project.ts";
import { assertPlaceFree, findOwnDangers, prepareRevision, type PrepareOptions } from "./compose-revision.ts";
import { saveComposeState, type ComposeState, type Revision } from "./compose-state.ts";
import { isUpAs } from "./containers.ts";
import { restoreDump, restoreVolumes, takeSnapshot } from "./data-snapshot.ts";
import { proveHealth } from "./health-proof.ts";
import { forgetRevision, keepRevision } from "./kept-revisions.ts";
import { bringUp, removeStrangers, stageImages, type RolloutContext } from "./rollout.ts";
import { noteParts, openSeal, sealRevision } from "./sealed-revision.ts";
import { checksFailed, explainUp } from "./up-failure.ts";

interface Attempt {
  readonly revision: Revision | undefined;
  /** Why it does not run; absent: it runs and is healthy. */
  readonly reason?: ErrorInfo | undefined;
  readonly evidence: readonly Evidence[];
  /** Whether anything that ran may have been changed. */
  readonly touched: boolean;
  /** Whether the data was replaced. */
  readonly dataChanged: boolean;
}

/** One change of a stack from what runs to a release: all of it, or everything put back. */
export class ComposeChange {
  readonly #options: PrepareOptions;
  readonly #project: ComposeProject;
  readonly #state: ComposeState;
  readonly #request: DeployRequest;
  readonly #how: DeployOptions;

  constructor(options: PrepareOptions, state: ComposeState, request: DeployRequest, how: DeployOptions) {
    this.#options = options;
    this.#project = options.project;
    this.#state = state;
    this.#request = request;
    this.#how = how;
  }

  async run(): Promise<DeployOutcome> {
    const startMs = performance.now();
    const { releaseId } = this.#request.release;
    const { url } = this.#options.spec;
    const before = await this.#findBefore();
    this.#state.pending = { request: this.#request, ...(before ? { before } : {}) };
    this.#save();
    this.#how.onPoint?.("journaled");
    const tried = await this.#attempt(before);
    if (tried.reason === undefined && tried.revision) {
      this.#how.onProgress?.(`${releaseId} is healthy`);
      await this.#keep(tried.revision, before);
      this.#how.onPoint?.("recorded");
      return { outcome: "deployed", url, releaseId, tookMs: Math.round(performance.now() - startMs) };
    }
    return this.#giveUp(tried, before);
  }

  /** Tries the release. @throws what may go better later */
  async #attempt(before: Revision | undefined): Promise<Attempt> {
    const { spec, stack } = this.#options;
    const { signal, onProgress, onPoint, prove } = this.#how;
    let made: Attempt = { revision: undefined, evidence: [], touched: false, dataChanged: false };
    try {
      const { revision, isOpened } = await this.#makeRevision(before);
      made = { ...made, revision };
      onProgress?.(
        `starting ${this.#request.release.releaseId} with docker ${spec.swarm ? "stack" : "compose"}`,
      );
      if (!(await this.#wasDone(revision)) || this.#request.data) {
        const unready = isOpened ? undefined : await stageImages(this.#rollout(), revision, this.#how);
        if (unready) return { ...made, reason: unready };
        onPoint?.("staged");
        await this.#keepData(before);
        onPoint?.("kept_data");
        made = { ...made, touched: true };
        // what a later launch of the same folder added goes, and its ports are free
        if (this.#request.release.commit === folderCommit)
          await removeStrangers(this.#project, [revision.projectDir], revision);
        const data = this.#request.data ? revision.snapshot : undefined;
        made = { ...made, dataChanged: data !== undefined };
        const reason = await this.#bringUpWith(revision, data);
        if (reason) return { ...made, reason };
      }
      made = { ...made, touched: true };
      onPoint?.("up");
      const proof = await proveHealth(spec, this.#project, signal);
      const cancelled = signal?.aborted ?? false;
      if (!proof.passed) {
        const reason = explainUp(stack, undefined, await this.#project.containers(), proof, cancelled);
        return { ...made, evidence: [proof], reason };
      }
      const checks = (await prove?.(this.#request.release)) ?? [];
      const bad = checks.find(({ passed }) => !passed);
      if (bad)
        return {
          ...made,
          evidence: checks,
          reason: checksFailed(stack, formatCheck(bad.check), bad.observed),
        };
      onPoint?.("proved");
      return made;
    } catch (error) {
      if (!(error instanceof DockfraError) || error.retryable) throw error;
      return { ...made, reason: toErrorInfo(error) };
    }
  }

  /** The release as it ran before where all of it is still here, else made from its files, if these may run. */
  async #makeRevision(before: Revision | undefined): Promise<{ revision: Revision; isOpened: boolean }> {
    const { release, commandId } = this.#request;
    const { stack, dir } = this.#options;
    const known = this.#state.kept.find((kept) => kept.release?.releaseId === release.releaseId);
    const opened = known && (await openSeal(known, this.#project));
    if (opened) {
      await assertPlaceFree(this.#options);
      return { revision: { ...opened, sinceMs: Date.now() }, isOpened: true };
    }
    if (release.commit === folderCommit) throw releaseGone(stack, release.releaseId);
    const { revision, dangers, leftOut } = await prepareRevision(release, commandId, this.#options);
    if (leftOut.length > 0)
      this.#how.onProgress?.(`left out, as a swarm does not know it: ${leftOut.join(", ")}`);
    const accepted = [...(before?.dangers ?? []), ...(known?.dangers ?? [])];
    const own = dangers.length === 0 ? [] : await findOwnDangers(this.#options);
    assertChangeAllowed({
      ...{ stack, next: dangers, stateDir: join(dir, "..", "..") },
      before: [...accepted, ...own.map(({ hash }) => hash)],
    });
    const name = `${release.releaseId}.${commandId}`;
    const sealed = await sealRevision(revision, name, this.#options);
    const snapshot = known?.snapshot;
    return { revision: { ...sealed, ...(snapshot === undefined ? {} : { snapshot }) }, isOpened: false };
  }

  async #giveUp(tried: Attempt, before: Revision | undefined): Promise<DeployOutcome> {
    const { revision, reason, touched } = tried;
    const { url } = this.#options.spec;
    if (touched)
      this.#how.onProgress?.(
        `${this.#request.release.releaseId} did not come up; putting back what ran before`,
      );
    const logTail = revision ? toLogTail(await this.#project.logs(200, revision.sinceMs)) : [];
    const causes = (reason && (await this.#how.explain?.(reason, logTail))) ?? [];
    const proof = before && (await this.#putBack(before, tried));
    if (!before && touched) await this.#project.remove();
    const isKept = this.#state.kept.some((kept) => kept.release?.releaseId === revision?.release?.releaseId);
    if (revision && !isKept) await forgetRevision(revision, this.#options);
    delete this.#state.pending;
    return {
      outcome: proof?.passed ? "restored" : "not_restored",
      reason: reason ?? explainUp(this.#options.stack, undefined, []),
      evidence: [...causes, ...tried.evidence, ...(proof ? [proof] : [])],
      url,
      logTail,
    };
  }

  /** Brings back what ran before, where something was changed at all, and looks whether it answers. */
  async #putBack(before: Revision, { touched, dataChanged }: Attempt): Promise<Evidence> {
    const { spec } = this.#options;
    let reason: ErrorInfo | undefined;
    if (touched) {
      const opened = await openSeal(before, this.#project);
      // a person's cancel is over; what ran before has to come back
      const how = this.#how.onProgress ? { onProgress: this.#how.onProgress } : {};
      reason = opened ? undefined : await stageImages(this.#rollout(), before, how);
      reason ??= await this.#bringUpWith(opened ?? before, dataChanged ? before.snapshot : undefined, how);
      await removeStrangers(this.#project, [this.#options.dir], opened ?? before);
      if (!reason) await this.#refresh(before);
    }
    const health = await proveHealth(spec, this.#project, undefined);
    // what does not answer because it did not even start is told with what kept it from starting
    return health.passed || !reason
      ? health
      : { ...health, observed: `${health.observed}. ${reason.message}`.slice(0, 2_000) };
  }

  async #bringUpWith(
    revision: Revision,
    data: string | undefined,
    how: DeployOptions = this.#how,
  ): Promise<ErrorInfo | undefined> {
    const { spec, stack } = this.#options;
    const options = { stack, projectName: spec.project, project: this.#project };
    if (data !== undefined && spec.snapshot) await restoreVolumes(spec.snapshot, data, options);
    const reason = await bringUp(this.#rollout(), revision, how);
    if (reason === undefined && data !== undefined && spec.snapshot)
      await restoreDump(spec.snapshot, data, options);
    return reason;
  }

  async #keepData(before: Revision | undefined): Promise<void> {
    const { spec, stack, dir } = this.#options;
    if (spec.snapshot === undefined || before === undefined) return;
    const place = join(dir, "snapshots", this.#request.commandId);
    this.#how.onProgress?.("keeping the data as it is");
    await takeSnapshot(spec.snapshot, place, { stack, projectName: spec.project, project: this.#project });
    const noted = { ...before, snapshot: place };
    this.#replace(before, noted);
    before.snapshot = place;
    this.#save();
  }

  /** Whether a command that was cut off had brought its containers up already. */
  async #wasDone({ mark }: Revision): Promise<boolean> {
    return mark !== undefined && isUpAs(mark, await this.#project.containers());
  }

  async #keep(made: Revision, before: Revision | undefined): Promise<void> {
    const { releaseId } = this.#request.release;
    const { spec, project } = this.#options;
    await removeStrangers(this.#project, [this.#options.dir], made);
    const files = made.files;
    const revision = { ...(await noteParts(made, releaseId, { projectName: spec.project, project })), files };
    if (before && !this.#state.current) this.#state.kept.push(before);
    await keepRevision(this.#state, revision, this.#options);
  }

  /** Notes anew what a revision is made of that was put back. */
  async #refresh(before: Revision): Promise<void> {
    const name = before.release?.releaseId ?? "found";
    const { spec, project } = this.#options;
    const noted = await noteParts(before, name, { projectName: spec.project, project });
    this.#replace(before, noted);
  }

  #replace(before: Revision, noted: Revision): void {
    const isIt = (one: Revision | undefined): boolean =>
      one !== undefined &&
      one.release?.releaseId === before.release?.releaseId &&
      one.sealed === before.sealed;
    if (isIt(this.#state.current)) this.#state.current = noted;
    this.#state.kept = this.#state.kept.map((kept) => (isIt(kept) ? noted : kept));
  }

  /** What to bring back: what this target runs, what it is told, or what a person had started. */
  async #findBefore(): Promise<Revision | undefined> {
    const { pending, current } = this.#state;
    const { previous, commandId } = this.#request;
    // of a change that was cut off only its journal knows what ran before it
    if (pending?.request.commandId === commandId) return pending.before;
    if (current) return current;
    const found = previous && (await this.#prepareBefore(previous));
    const before = found ?? (await this.#project.findStarted());
    if (before === undefined) return undefined;
    try {
      const sealed = await sealRevision(before, `before-${commandId}`, this.#options);
      const { spec, project } = this.#options;
      const isRunning = found === undefined;
      return isRunning
        ? await noteParts(sealed, `before-${commandId}`, { projectName: spec.project, project })
        : sealed;
    } catch (error) {
      // files that no longer resolve cannot be sealed; they are brought back as they are
      if (error instanceof DockfraError && !error.retryable) return before;
      throw error;
    }
  }

  async #prepareBefore(previous: NonNullable<DeployRequest["previous"]>): Promise<Revision | undefined> {
    try {
      return (await prepareRevision(previous, `before-${this.#request.commandId}`, this.#options)).revision;
    } catch (error) {
      if (error instanceof DockfraError && !error.retryable) return undefined;
      throw error;
    }
  }

  #rollout(): RolloutContext {
    return {
      ...this.#options,
      onStarted: (pid) => {
        const atWork = identifyProcess(pid);
        saveComposeState(this.#options.dir, atWork ? { ...this.#state, atWork } : this.#state);
      },
    };
  }

  #save(): void {
    saveComposeState(this.#options.dir, this.#state);
  }
}
