import { waitUntilHealthy, type HealthWait, type Instance } from "./instance.ts";
import type { InstanceLog } from "./instance-log.ts";
import type { Deployment } from "./runner-state.ts";

const firstPauseMs = 250;
const maxPauseMs = 30_000;
/** An instance that ran this long starts the pauses anew. */
const steadyMs = 60_000;

export interface ReleaseHost {
  startInstance(deployment: Deployment, log: InstanceLog): Promise<Instance>;
}

/** Keeps one release running: starts its instance again, with growing pauses, whenever it ends by itself. */
export class SupervisedRelease {
  readonly deployment: Deployment;
  readonly #host: ReleaseHost;
  readonly #log: InstanceLog;
  #instance: Instance | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retired = false;
  #pauseMs = firstPauseMs;
  #lastEnd: string | undefined;

  constructor(deployment: Deployment, log: InstanceLog, host: ReleaseHost) {
    this.deployment = deployment;
    this.#log = log;
    this.#host = host;
  }

  /** The private port of the instance that runs now. */
  get port(): number | undefined {
    return this.#instance?.isRunning() ? this.#instance.port : undefined;
  }

  get instance(): Instance | undefined {
    return this.#instance;
  }

  /** How the last instance ended, one line. */
  get lastEnd(): string | undefined {
    return this.#lastEnd;
  }

  /** Starts the first instance and waits for its health; it is not yet started again when it ends. */
  async start(signal: AbortSignal): Promise<HealthWait> {
    try {
      this.#instance = await this.#host.startInstance(this.deployment, this.#log);
    } catch (error) {
      this.#lastEnd = `could not start: ${error instanceof Error ? error.message : String(error)}`;
      this.#log.note(this.#lastEnd);
      return { healthy: false, why: "ended" };
    }
    const { instance } = this;
    if (!instance) return { healthy: false, why: "ended" };
    const wait = await waitUntilHealthy(instance, {
      timeoutMs: this.deployment.spec.healthTimeoutMs,
      signal,
    });
    if (wait.why === "ended") this.#lastEnd = await instance.ended;
    return wait;
  }

  /** From now on an instance that ends is started again. */
  keepAlive(): void {
    const { instance } = this;
    if (this.#retired) return;
    if (!instance) {
      this.#restartLater();
      return;
    }
    const startMs = performance.now();
    void instance.ended.then((end) => {
      this.#lastEnd = end;
      if (performance.now() - startMs > steadyMs) this.#pauseMs = firstPauseMs;
      this.#restartLater();
    });
  }

  /** Ends it for good: no restart any more, SIGTERM, then SIGKILL after `graceMs`. */
  async retire(graceMs: number): Promise<void> {
    this.#retired = true;
    clearTimeout(this.#timer);
    await this.#instance?.end(graceMs);
  }

  #restartLater(): void {
    if (this.#retired) return;
    this.#log.note(`starting again in ${this.#pauseMs} ms`);
    this.#timer = setTimeout(() => void this.#restart(), this.#pauseMs);
    this.#pauseMs = Math.min(maxPauseMs, this.#pauseMs * 2);
  }

  async #restart(): Promise<void> {
    try {
      const instance = await this.#host.startInstance(this.deployment, this.#log);
      this.#instance = instance;
      if (this.#retired) await instance.end(0);
      else this.keepAlive();
    } catch (error) {
      this.#lastEnd = `could not start: ${error instanceof Error ? error.message : String(error)}`;
      this.#log.note(this.#lastEnd);
      this.#restartLater();
    }
  }
}
