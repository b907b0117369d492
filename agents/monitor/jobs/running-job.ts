import { conflict, DockfraError, toErrorInfo, type ErrorInfo } from "../../../bus/kernel/errors.ts";
import type { Diagnosis } from "../../../bus/messages/diagnosis.ts";
import type { JobView, ServiceProgress, StackAction } from "../../../bus/messages/stack-jobs.ts";
import type { Finding } from "../../../bus/messages/stack-service.ts";
import type { FeedWriter } from "../../../bus/ports/feed.ts";
import { identifyProcess, type ProcessIdentity } from "../../../stacks/processes/process-identity.ts";
import type { JobWork, LineSource } from "./actions.ts";
import { JobFeed } from "./job-feed.ts";
import type { JobRecord } from "./job-record.ts";
import { JobTail } from "./job-tail.ts";

export interface JobRequest {
  readonly id: string;
  readonly action: StackAction;
  readonly by: string;
}

export interface RunningJobOptions {
  readonly tell: FeedWriter["tell"];
  /** Makes what takes secret values out of texts, as they are when the job begins. */
  readonly createRedact: () => Promise<(text: string) => string>;
  /** Says why a job failed; never rejects. */
  readonly explain?: (failed: JobView) => Promise<readonly Diagnosis[]>;
  readonly save: (record: JobRecord) => void;
}

/** Steps are saved this often: after a kill the last seconds of progress may lack, and nothing else. */
const savePauseMs = 1_000;
const maxServices = 500;
const maxFindings = 20;

/** A job at work, from its beginning to its end. */
export class RunningJob {
  readonly request: JobRequest;
  /** Settles when the job has ended and is saved; never rejects. */
  readonly ended: Promise<void>;
  readonly #options: RunningJobOptions;
  readonly #feed: JobFeed;
  readonly #tail = new JobTail();
  readonly #services = new Map<string, ServiceProgress>();
  readonly #abort = new AbortController();
  readonly #programs: ProcessIdentity[] = [];
  readonly #startedAtMs = Date.now();
  #end: Pick<JobView, "endedAtMs" | "error" | "result" | "diagnoses"> & Pick<JobView, "state"> = {
    state: "running",
  };
  #diagnoses: readonly Diagnosis[] = [];
  #findings: readonly Finding[] = [];
  #savedAtMs = 0;
  #redact = (text: string): string => text;

  constructor(request: JobRequest, work: JobWork, options: RunningJobOptions) {
    this.request = request;
    this.#options = options;
    this.#feed = new JobFeed(request.id, options.tell);
    this.#save();
    this.#feed.tell("job_started", { ...aboutOf(request.action), by: request.by });
    this.ended = this.#run(work);
  }

  get view(): JobView {
    const { id, action } = this.request;
    return {
      ...{ id, action, startedAtMs: this.#startedAtMs },
      services: [...this.#services.values()],
      log: this.#tail.lines(),
      ...this.#end,
      ...(this.#findings.length === 0 ? {} : { findings: this.#findings.slice(0, maxFindings) }),
    };
  }

  /** Asks the action to end; what it had done stays. */
  cancel(why: DockfraError = conflict("job_cancelled", "The job was cancelled.")): void {
    this.#abort.abort(why);
  }

  async #run(work: JobWork): Promise<void> {
    const endedAtMs = (): number => Date.now();
    try {
      this.#redact = await this.#options.createRedact();
      const result = await work(this.#toRun());
      const isCancelled = this.#abort.signal.aborted && result === undefined;
      if (isCancelled) throw this.#abort.signal.reason;
      this.#end = { state: "done", endedAtMs: endedAtMs(), ...(result === undefined ? {} : { result }) };
    } catch (error) {
      const failure = { ...this.#toFailure(error), endedAtMs: endedAtMs() };
      const diagnoses = failure.state === "failed" ? await this.#explain(failure) : [];
      this.#end = { ...failure, ...(diagnoses.length === 0 ? {} : { diagnoses: [...diagnoses] }) };
    }
    this.#programs.length = 0;
    this.#save();
    const { state, error } = this.#end;
    const why = error === undefined ? {} : { code: error.code, why: error.message };
    this.#feed.tell("job_done", { ...aboutOf(this.request.action), state, ...why });
  }

  /** What was seen while it was there says more than what is left of it. */
  async #explain(failure: Pick<JobView, "state" | "error">): Promise<readonly Diagnosis[]> {
    if (this.#diagnoses.length > 0 || this.#abort.signal.aborted) return this.#diagnoses;
    return (await this.#options.explain?.({ ...this.view, ...failure })) ?? [];
  }

  #toFailure(thrown: unknown): Pick<JobView, "state" | "error"> {
    const reason: unknown = this.#abort.signal.reason;
    if (this.#abort.signal.aborted && reason instanceof DockfraError) {
      if (reason.code === "job_cancelled") return { state: "cancelled" };
      return { state: "failed", error: reason.toJSON() };
    }
    return { state: "failed", error: this.#withoutSecrets(toErrorInfo(thrown)) };
  }

  #withoutSecrets(error: ErrorInfo): ErrorInfo {
    const params = Object.entries(error.params).map(
      ([name, value]) => [name, typeof value === "string" ? this.#redact(value) : value] as const,
    );
    const message = this.#redact(error.message).slice(0, 8_000);
    return { ...error, message, params: Object.fromEntries(params) };
  }

  #toRun(): Parameters<JobWork>[0] {
    const { id, by } = this.request;
    return {
      ...{ id, by, signal: this.#abort.signal },
      log: (line, source) => this.#log(line, source),
      diagnosed: (diagnoses) => {
        this.#diagnoses = diagnoses;
      },
      inTheWay: (findings) => {
        this.#findings = findings;
      },
      step: (progress) => this.#step(progress),
      started: (pid) => this.#noteProgram(pid),
    };
  }

  #log(text: string, source: LineSource = {}): void {
    for (const part of this.#redact(text).split("\n")) {
      const line = this.#tail.add(part);
      if (line !== undefined) this.#feed.line(line, source);
    }
  }

  #step(progress: ServiceProgress): void {
    const key = JSON.stringify([progress.stack, progress.service]);
    if (this.#services.size >= maxServices && !this.#services.has(key)) return;
    const { detail } = progress;
    const told = {
      ...progress,
      ...(detail === undefined ? {} : { detail: this.#redact(detail).slice(0, 500) }),
    };
    const before = this.#services.get(key);
    this.#services.set(key, told);
    if (JSON.stringify(before) !== JSON.stringify(told)) this.#feed.step(told);
    if (performance.now() - this.#savedAtMs > savePauseMs) this.#save();
  }

  #noteProgram(pid: number): void {
    const identity = identifyProcess(pid);
    if (identity === undefined) return;
    this.#programs.push(identity);
    this.#save();
  }

  #save(): void {
    this.#savedAtMs = performance.now();
    const { by } = this.request;
    this.#options.save({ version: 1, by, view: this.view, programs: [...this.#programs] });
  }
}

/** What an action is about, as parameters of a sentence. */
function aboutOf(action: StackAction): Record<string, string> {
  switch (action.do) {
    case "launch": {
      const stacks = action.stacks.join(", ");
      return { do: action.do, what: stacks === "" ? "*" : stacks, stack: stacks };
    }
    case "fix":
    case "undo":
      return { do: action.do, what: action.fix, fix: action.fix };
    case "preview-open":
    case "preview-close":
      return { do: action.do, what: action.ticket, ticket: action.ticket };
    case "approve":
      return { do: action.do, what: action.hashes.join(" ") };
    case "clone-app":
      return { do: action.do, what: "app" };
    default:
      return { do: action.do, what: action.stack, stack: action.stack };
  }
}
