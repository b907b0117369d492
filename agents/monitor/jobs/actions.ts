import type { Logger } from "../../../bus/kernel/log.ts";
import type { Diagnosis } from "../../../bus/messages/diagnosis.ts";
import type { JobView, ServiceProgress, StackAction } from "../../../bus/messages/stack-jobs.ts";
import type { Finding } from "../../../bus/messages/stack-service.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import type { MonitorServices } from "../services.ts";

export type ActionKind = StackAction["do"];
export type ActionOf<K extends ActionKind> = Extract<StackAction, { readonly do: K }>;

/** What a line of a job's log is about. */
export interface LineSource {
  readonly stack?: string;
  readonly service?: string;
}

/** One job as its action sees it. What it tells is redacted, kept in the job's record and put on the feed. */
export interface JobRun<K extends ActionKind = ActionKind> {
  readonly id: string;
  /** Who asked: an actor's id. */
  readonly by: string;
  readonly action: ActionOf<K>;
  /** Aborts when somebody cancels; the action then ends what it started, and returns or throws. */
  readonly signal: AbortSignal;
  /** Tells a line that a program wrote. */
  log(line: string, source?: LineSource): void;
  /** Tells how far a service is. */
  step(progress: ServiceProgress): void;
  /** Notes why what it started does not run, where that was seen before it was taken away. */
  diagnosed(diagnoses: readonly Diagnosis[]): void;
  /** Notes what keeps it from starting, as a preflight found it. */
  inTheWay(findings: readonly Finding[]): void;
  /** Notes a program, the leader of its process group, that is to be ended where the monitor is killed before it. */
  started(pid: number): void;
}

/** What a job led to, as facts with names. */
export type JobResult = NonNullable<JobView["result"]>;

/**
 * Does what a job is for. It resolves where that is done and throws where it failed; after the signal either counts as
 * cancelled, but for a result, which says that it was done before.
 */
export type JobAction<K extends ActionKind> = (run: JobRun<K>) => Promise<JobResult | undefined>;

/** Actions by kind. */
export type JobActions = { readonly [K in ActionKind]?: JobAction<K> };

/** What does one job. */
export type JobWork = (run: Omit<JobRun, "action">) => Promise<JobResult | undefined>;

/** Gives what does an action, ready to be handed its run; `undefined` where nobody does it. */
export function findWork<K extends ActionKind>(
  actions: JobActions,
  kind: K,
  action: ActionOf<K>,
): JobWork | undefined {
  const work = actions[kind];
  return work && ((run) => work({ ...run, action }));
}

/** What actions are made of. */
export interface JobParts {
  readonly root: string;
  /** `<root>/dockfra`, absolute. */
  readonly stateDir: string;
  /** Name of the installation. */
  readonly prefix: string;
  readonly bus: Pick<WorkerBus, "question" | "tell">;
  /** Whether this is a container that sees ROOT read-only, so that the host does what changes it; default: no. */
  readonly inContainer?: boolean;
  readonly log: Logger;
  /** What the monitor's handlers share; absent where only stacks are served. */
  readonly services?: MonitorServices;
}
