import { join } from "node:path";
import type { Evidence } from "../../../bus/messages/checks.ts";
import { unavailable } from "../../../bus/kernel/errors.ts";
import { runCheck } from "../../checks/check-run.ts";
import {
  toLogTail,
  type DeployFailure,
  type DeployOutcome,
  type ReleaseRef,
  type TargetStatus,
} from "../target.ts";
import { explainFailure } from "./failure-reason.ts";
import { openFrontDoor, type FrontDoor } from "./front-door.ts";
import { startInstance, type HealthWait, type Instance } from "./instance.ts";
import { InstanceLog, pruneLogs, readLog } from "./instance-log.ts";
import type { RunCommand } from "./runner-protocol.ts";
import { endLeftovers, saveState, type Deployment, type RunnerState, type RunSpec } from "./runner-state.ts";
import { SupervisedRelease, type ReleaseHost } from "./supervised-release.ts";

/** How long a request waits while its instance is being restarted. */
const requestWaitMs = 8_000;
/** How long a replaced instance may finish what it has open before SIGTERM. */
const drainMs = 10_000;
const stopGraceMs = 10_000;
const leftoverGraceMs = 3_000;
const never = new AbortController().signal;

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** Runs one stack: its public port, the release that answers there, and the change from one release to the next. */
export class Supervisor implements ReleaseHost {
  readonly #dir: string;
  readonly #logDir: string;
  readonly #state: RunnerState;
  readonly #stack: string;
  #door: FrontDoor | undefined;
  #current: SupervisedRelease | undefined;
  readonly #retiring = new Set<Promise<void>>();

  constructor(dir: string, stack: string, state: RunnerState) {
    this.#dir = dir;
    this.#logDir = join(dir, "logs");
    this.#stack = stack;
    this.#state = state;
  }

  /** Whether there is something to keep running. */
  get isBusy(): boolean {
    return this.#current !== undefined || this.#retiring.size > 0;
  }

  /** Ends what a killed runner left behind and brings its release back. */
  async recover(): Promise<void> {
    await endLeftovers(this.#state, leftoverGraceMs);
    this.#save();
    if (this.#state.current && !this.#state.stopped) await this.#bringUp(this.#state.current);
  }

  /** Gives the recorded answer to a command, where there is one. */
  recorded(commandId: string): DeployOutcome | undefined {
    return this.#state.outcomes.find((entry) => entry.commandId === commandId)?.outcome;
  }

  /** Runs a deploy or restore and records its outcome; not to be called twice at a time. */
  async run(command: RunCommand, options: RunOptions): Promise<DeployOutcome> {
    const startMs = performance.now();
    const { release, spec } = command;
    await this.#openDoor(spec);
    const healthy = command.op === "restore" && (await this.#runsAlready(release));
    const failure = healthy ? undefined : await this.#change(command, options);
    const outcome: DeployOutcome = failure ?? {
      outcome: "deployed",
      url: spec.url,
      releaseId: release.releaseId,
      tookMs: Math.round(performance.now() - startMs),
    };
    this.#state.outcomes.push({ commandId: command.commandId, outcome });
    this.#save();
    return outcome;
  }

  async status(): Promise<TargetStatus> {
    const current = this.#current;
    const recorded = this.#state.current;
    const known = recorded ? { releaseId: recorded.release.releaseId, commit: recorded.release.commit } : {};
    const url = this.#door?.url ?? recorded?.spec.url ?? "";
    if (!current)
      return {
        running: false,
        healthy: false,
        url,
        ...known,
        detail: recorded ? "stopped" : "nothing was deployed yet",
      };
    const evidence = current.instance?.isRunning() ? await current.instance.probe() : undefined;
    if (!evidence)
      return {
        running: false,
        healthy: false,
        url,
        ...known,
        detail: `${current.lastEnd ?? "not running"}; it is started again`,
      };
    return { running: true, healthy: evidence.passed, url, ...known, detail: evidence.observed };
  }

  logs(lines: number): string[] {
    return readLog(this.#logDir, this.#state.current?.sequence ?? this.#state.sequence, lines);
  }

  /** Ends everything; with `forGood` the next runner leaves it stopped too. */
  async stop({ forGood }: { readonly forGood: boolean }): Promise<void> {
    if (forGood) {
      this.#state.stopped = true;
      this.#save();
    }
    await this.#door?.close();
    this.#door = undefined;
    await this.#current?.retire(stopGraceMs);
    this.#current = undefined;
    await Promise.all(this.#retiring);
  }

  /** Starts an instance whose pid is on disk before anything else can happen. */
  async startInstance(deployment: Deployment, log: InstanceLog): Promise<Instance> {
    const instance = await startInstance(deployment, log);
    const { identity } = instance;
    if (!identity) return instance;
    this.#state.instances.push(identity);
    // its removal is written with the next change: an ended process is recognised as such anyway
    void instance.ended.then(() => {
      this.#state.instances = this.#state.instances.filter((each) => each !== identity);
    });
    try {
      this.#save();
    } catch (error) {
      await instance.end(0);
      throw error;
    }
    return instance;
  }

  async #change(command: RunCommand, { signal, onProgress }: RunOptions): Promise<DeployFailure | undefined> {
    const candidate = this.#newRelease(command.release, command.spec);
    onProgress(`starting ${command.release.releaseId}`);
    const wait = await candidate.start(signal);
    if (wait.healthy) {
      onProgress(`${command.release.releaseId} is healthy; new requests go to it`);
      this.#switchTo(candidate);
      return undefined;
    }
    onProgress(`${command.release.releaseId} did not become healthy; putting back what ran before`);
    await candidate.retire(wait.why === "cancelled" ? stopGraceMs : leftoverGraceMs);
    return this.#putBack(command, candidate, wait);
  }

  #switchTo(candidate: SupervisedRelease): void {
    const old = this.#current;
    this.#state.current = candidate.deployment;
    this.#state.stopped = false;
    this.#save();
    this.#current = candidate;
    candidate.keepAlive();
    if (old) this.#retireLater(old);
  }

  /** Lets a replaced release finish what it has open, then ends it. */
  #retireLater(old: SupervisedRelease): void {
    const { port } = old;
    const drained = async (): Promise<void> => {
      const deadlineMs = performance.now() + drainMs;
      while (port !== undefined && (this.#door?.openOn(port) ?? 0) > 0 && performance.now() < deadlineMs)
        await new Promise((resolve) => setTimeout(resolve, 25));
      await old.retire(stopGraceMs);
    };
    const done = drained().finally(() => this.#retiring.delete(done));
    this.#retiring.add(done);
  }

  async #putBack(command: RunCommand, failed: SupervisedRelease, wait: HealthWait): Promise<DeployFailure> {
    const logTail = toLogTail(readLog(this.#logDir, failed.deployment.sequence, 1_000));
    const evidence: Evidence[] = wait.evidence ? [wait.evidence] : [];
    const before = "previous" in command ? command.previous : undefined;
    if (!this.#current && (this.#state.current ?? before)) {
      const { current } = this.#state;
      await this.#bringUp(current ?? this.#newRelease(before ?? command.release, command.spec).deployment);
    }
    if (!this.#current) {
      await this.#door?.close();
      this.#door = undefined;
    }
    const proof = this.#current ? await this.#proof(this.#current) : undefined;
    if (proof) evidence.push(proof);
    return {
      outcome: proof?.passed ? "restored" : "not_restored",
      reason: explainFailure(failed.deployment, {
        why: wait.why,
        end: failed.lastEnd,
        hadPrevious: this.#current !== undefined,
      }),
      evidence,
      url: command.spec.url,
      logTail,
    };
  }

  /** Shows through the public port that the release which stayed answers; gives a restart its time. */
  async #proof({ deployment: { spec } }: SupervisedRelease): Promise<Evidence> {
    const context = {
      baseUrl: spec.url,
      readLog: () => Promise.resolve([]),
      cwd: "/",
      allowCommands: false,
      timeoutMs: requestWaitMs,
    };
    return runCheck({ kind: "http", path: spec.health }, context);
  }

  /** Starts a release that ran before; it is kept alive even when it is not healthy at once. */
  async #bringUp(deployment: Deployment): Promise<void> {
    await this.#openDoor(deployment.spec);
    const release = new SupervisedRelease(
      deployment,
      new InstanceLog(this.#logDir, deployment.sequence),
      this,
    );
    this.#current = release;
    this.#state.current = deployment;
    this.#state.stopped = false;
    this.#save();
    await release.start(never);
    release.keepAlive();
  }

  async #runsAlready({ releaseId }: ReleaseRef): Promise<boolean> {
    const instance = this.#current?.instance;
    if (this.#current?.deployment.release.releaseId !== releaseId || !instance?.isRunning()) return false;
    return (await instance.probe()).passed;
  }

  #newRelease(release: ReleaseRef, spec: RunSpec): SupervisedRelease {
    const sequence = ++this.#state.sequence;
    pruneLogs(this.#logDir, sequence);
    return new SupervisedRelease({ sequence, release, spec }, new InstanceLog(this.#logDir, sequence), this);
  }

  async #openDoor({ url }: RunSpec): Promise<void> {
    if (this.#door?.url === url) return;
    const door = await openFrontDoor({
      url,
      stack: this.#stack,
      currentPort: () => this.#current?.port,
      waitMs: requestWaitMs,
    });
    const old = this.#door;
    this.#door = door;
    await old?.close();
  }

  #save(): void {
    try {
      saveState(this.#dir, this.#state);
    } catch (error) {
      throw unavailable(
        "state_not_written",
        `The state of "${this.#stack}" could not be written to ${this.#dir}. Make room on the disk.`,
        { cause: error },
      );
    }
  }
}
