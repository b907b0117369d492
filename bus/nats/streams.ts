import { workers, type Worker } from "../messages/principals.ts";
import { watchSubject } from "../server/accounts.ts";
import type { Subjects } from "../subjects.ts";

const day = 24 * 60 * 60 * 1_000_000_000;
const mebi = 1024 * 1024;

/** A stream as the JetStream API writes it: durations in nanoseconds, sizes in bytes. */
export interface StreamConfig {
  readonly name: string;
  readonly description: string;
  readonly subjects: readonly string[];
  readonly retention: "limits" | "workqueue";
  readonly storage: "file" | "memory";
  readonly num_replicas: number;
  readonly discard: "old" | "new";
  readonly max_age?: number;
  readonly max_bytes?: number;
  readonly max_msgs?: number;
  readonly max_msgs_per_subject?: number;
  readonly duplicate_window?: number;
  readonly allow_direct?: boolean;
  readonly allow_atomic?: boolean;
  readonly allow_msg_schedules?: boolean;
  readonly allow_msg_ttl?: boolean;
  readonly allow_rollup_hdrs?: boolean;
  readonly deny_delete?: boolean;
  readonly deny_purge?: boolean;
  readonly persist_mode?: "async";
  /** Publishes what was stored again, for those who watch. */
  readonly republish?: { readonly src: string; readonly dest: string };
}

/** A durable pull consumer as the JetStream API writes it. */
export interface ConsumerConfig {
  readonly stream: string;
  readonly config: {
    readonly durable_name: string;
    readonly ack_policy: "explicit";
    readonly ack_wait: number;
    readonly deliver_policy: "all";
    readonly replay_policy: "instant";
    readonly filter_subjects: readonly string[];
    readonly max_deliver: number;
    readonly max_ack_pending: number;
    readonly mem_storage?: boolean;
  };
}

export interface DeclareOptions {
  /** Copies of every stream; 3 in a cluster. */
  readonly replicas: number;
  /** After how long an unacked message comes again. */
  readonly ackWaitMs: number;
}

/** Names of the durable consumers, by who pulls. */
export const consumerNames = {
  orchestrator: "orchestrator",
  worker: (worker: Worker): string => worker,
} as const;

/** Every stream of one installation, with the two that a KV bucket and an object store stand on. */
export function declareStreams(subjects: Subjects, { replicas }: DeclareOptions): readonly StreamConfig[] {
  const { streams } = subjects;
  const kept = { storage: "file", retention: "limits", num_replicas: replicas } as const;
  const work = {
    storage: "memory",
    retention: "workqueue",
    num_replicas: replicas,
    discard: "new",
    max_bytes: 32 * mebi,
    duplicate_window: 120_000_000_000,
  } as const;
  return [
    {
      ...kept,
      name: streams.flows,
      description: "Every flow's events, each with the state after it",
      subjects: [subjects.allFlows],
      discard: "new",
      duplicate_window: 120_000_000_000,
      allow_direct: true,
      allow_atomic: true,
      deny_delete: true,
      deny_purge: true,
    },
    {
      ...work,
      name: streams.commands,
      description: "Work for the roles; derived from flows",
      subjects: [subjects.allCommands],
    },
    ...workers.map((worker): StreamConfig => ({
      ...work,
      name: streams.done(worker),
      description: `Results of ${worker}; derived again when lost`,
      subjects: [subjects.resultsOf(worker)],
    })),
    {
      ...kept,
      name: streams.timers,
      description: "Timers and those that fired",
      subjects: [subjects.allTimers, subjects.allFired],
      discard: "old",
      allow_msg_schedules: true,
      allow_msg_ttl: true,
      allow_rollup_hdrs: true,
      allow_direct: true,
    },
    {
      ...kept,
      name: streams.feed,
      description: "What people watch",
      subjects: [subjects.allFeed],
      discard: "old",
      max_age: 7 * day,
      max_bytes: 128 * mebi,
      allow_direct: true,
      // the server refuses it for a replicated stream, whose copies stand in for the disk
      ...(replicas === 1 ? { persist_mode: "async" as const } : {}),
      republish: { src: subjects.allFeed, dest: watchSubject(subjects.prefix) },
    },
    {
      ...kept,
      name: streams.dead,
      description: "What could not be handled, with why",
      subjects: [subjects.allDead],
      discard: "old",
      max_age: 90 * day,
      max_bytes: 256 * mebi,
      max_msgs: 100_000,
      allow_direct: true,
    },
    {
      ...kept,
      name: `KV_${streams.settings}`,
      description: "Settings with history",
      subjects: [`$KV.${streams.settings}.>`],
      discard: "new",
      max_msgs_per_subject: 10,
      allow_direct: true,
      allow_rollup_hdrs: true,
      deny_delete: true,
    },
    {
      ...kept,
      name: `OBJ_${streams.artifacts}`,
      description: "Artifacts by hash",
      subjects: [`$O.${streams.artifacts}.C.>`, `$O.${streams.artifacts}.M.>`],
      discard: "new",
      allow_direct: true,
      allow_rollup_hdrs: true,
    },
  ];
}

/** Every durable consumer of one installation. */
export function declareConsumers(
  subjects: Subjects,
  { ackWaitMs }: DeclareOptions,
): readonly ConsumerConfig[] {
  const { streams } = subjects;
  const consumer = (stream: string, name: string, filter: string, memory: boolean): ConsumerConfig => ({
    stream,
    config: {
      durable_name: name,
      ack_policy: "explicit",
      ack_wait: ackWaitMs * 1_000_000,
      deliver_policy: "all",
      replay_policy: "instant",
      filter_subjects: [filter],
      max_deliver: -1,
      max_ack_pending: 10_000,
      ...(memory ? { mem_storage: true } : {}),
    },
  });
  return [
    ...workers.map((worker) =>
      consumer(streams.commands, consumerNames.worker(worker), subjects.commandsOf(worker), true),
    ),
    consumer(streams.commands, consumerNames.orchestrator, subjects.flowSend, true),
    ...workers.map((worker) =>
      consumer(streams.done(worker), consumerNames.orchestrator, subjects.resultsOf(worker), true),
    ),
    consumer(streams.timers, consumerNames.orchestrator, subjects.allFired, false),
  ];
}
