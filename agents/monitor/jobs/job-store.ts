import { conflict, notFound, unavailable } from "../../../bus/kernel/errors.ts";
import type { JobView } from "../../../bus/messages/stack-jobs.ts";
import { isSameProcess, signalGroup } from "../../../stacks/processes/process-identity.ts";
import { findWork, type JobActions } from "./actions.ts";
import { readJobRecords, removeJobRecord, writeJobRecord, type JobRecord } from "./job-record.ts";
import { findClash } from "./reach.ts";
import { RunningJob, type JobRequest, type RunningJobOptions } from "./running-job.ts";

export interface JobStoreOptions extends Pick<RunningJobOptions, "tell" | "createRedact" | "explain"> {
  /** Where the records are. */
  readonly dir: string;
  readonly actions: JobActions;
}

const keptJobs = 50;
/** How long a job may take to end when the monitor ends. */
const closeMs = 10_000;

/** Every job of the monitor: those at work, and the last ones that ended. */
export class JobStore {
  readonly #options: JobStoreOptions;
  readonly #running = new Map<string, RunningJob>();
  /** Oldest first. */
  readonly #past = new Map<string, JobRecord>();

  /** Opens the store; jobs that were cut off with their monitor have failed, and what they left at work is ended. */
  constructor(options: JobStoreOptions) {
    this.#options = options;
    for (const record of readJobRecords(options.dir)) {
      if (record.view.state === "running") this.#closeCutOff(record);
      this.#past.set(record.view.id, record);
    }
    this.#prune();
  }

  /** Begins a job, or gives the one of that id. @throws `job_id_taken`, `job_in_the_way`, `action_unknown` */
  begin(request: JobRequest): JobView {
    const { id, action } = request;
    const known = this.#find(id);
    if (known) {
      if (JSON.stringify(known.action) === JSON.stringify(action)) return known;
      throw conflict("job_id_taken", `Another job has the id ${id}. Use a new one.`, { params: { job: id } });
    }
    const work = findWork(this.#options.actions, action.do, action);
    if (work === undefined)
      throw unavailable("action_unknown", `This monitor does not know how to ${action.do}. Update it.`, {
        params: { do: action.do },
        retryable: false,
      });
    this.#requireFree(request);
    const job = new RunningJob(request, work, {
      ...this.#options,
      save: (record) => writeJobRecord(this.#options.dir, record),
    });
    this.#running.set(id, job);
    void job.ended.then(() => this.#retire(job));
    return job.view;
  }

  /** Jobs, newest first, each with the end of its log only. */
  list(): JobView[] {
    const all = [
      ...[...this.#past.values()].map(({ view }) => view),
      ...[...this.#running.values()].map(({ view }) => view),
    ];
    return all
      .toReversed()
      .slice(0, keptJobs)
      .map((view) => ({ ...view, log: view.log.slice(-5) }));
  }

  /** Gives a job when it has ended, or as it is after the wait. @throws `job_not_found` */
  async wait(id: string, waitMs: number): Promise<JobView> {
    const job = this.#running.get(id);
    if (job && waitMs > 0) {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, waitMs);
      await Promise.race([job.ended, late.promise]);
      clearTimeout(timer);
    }
    return job?.view ?? this.#require(id);
  }

  /** Cancels a job, and gives it when it has ended or after the wait; one that has ended stays as it is. @throws `job_not_found` */
  async cancel(id: string, waitMs: number): Promise<JobView> {
    this.#running.get(id)?.cancel();
    return this.wait(id, waitMs);
  }

  /** Ends what is at work, as cut off. */
  async close(): Promise<void> {
    const jobs = [...this.#running.values()];
    for (const job of jobs) job.cancel(cutOff(job.request.id));
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, closeMs);
    await Promise.race([Promise.all(jobs.map(({ ended }) => ended)), late.promise]);
    clearTimeout(timer);
  }

  #requireFree({ action }: JobRequest): void {
    for (const [id, { request }] of this.#running) {
      const place = findClash(action, request.action);
      if (place === undefined) continue;
      throw conflict(
        "job_in_the_way",
        `The job ${id} (${request.action.do}) is at work there. Wait for it, or cancel it: dockfra jobs cancel ${id}`,
        { params: { job: id, do: request.action.do } },
      );
    }
  }

  #retire(job: RunningJob): void {
    const { id, by } = job.request;
    this.#running.delete(id);
    this.#past.set(id, { version: 1, by, view: job.view, programs: [] });
    this.#prune();
  }

  #find(id: string): JobView | undefined {
    return this.#running.get(id)?.view ?? this.#past.get(id)?.view;
  }

  #require(id: string): JobView {
    const view = this.#find(id);
    if (view) return view;
    throw notFound("job_not_found", `No job ${id}. See: dockfra jobs`, { params: { job: id } });
  }

  #closeCutOff(record: JobRecord): void {
    for (const program of record.programs) if (isSameProcess(program)) signalGroup(program.pid, "SIGKILL");
    record.programs = [];
    record.view = {
      ...record.view,
      ...{ state: "failed", endedAtMs: Date.now(), error: cutOff(record.view.id).toJSON() },
    };
    writeJobRecord(this.#options.dir, record);
  }

  #prune(): void {
    for (const id of [...this.#past.keys()].slice(0, Math.max(0, this.#past.size - keptJobs))) {
      this.#past.delete(id);
      removeJobRecord(this.#options.dir, id);
    }
  }
}

function cutOff(id: string): ReturnType<typeof unavailable> {
  return unavailable(
    "job_cut_off",
    `The monitor ended while the job ${id} was at work. Look at what runs, then ask again.`,
    {
      params: { job: id },
    },
  );
}
