import { conflict, invalidInput, toErrorInfo } from "../kernel/errors.ts";
import type { Clock } from "../kernel/clock.ts";
import { toEnvelope, type Envelope } from "../messages/envelope.ts";
import { workers, type Worker } from "../messages/principals.ts";
import type { ArtifactStore, DeadLetters, SettingsStore } from "../ports/stores.ts";
import type { FlowLog } from "../ports/flow-log.ts";
import type { ConsumeOptions, Handle } from "../ports/work.ts";
import { createSubjects, type Subjects } from "../subjects.ts";
import { createMemoryArtifacts } from "./artifacts.ts";
import { createMemoryDeadLetters } from "./dead-letters.ts";
import { createMemoryFeed, type Feed } from "./feed.ts";
import { createMemoryFlowLog } from "./flow-log.ts";
import { createHeartbeats, type Heartbeats } from "./heartbeats.ts";
import { createIntentHub, type IntentHub } from "./intents.ts";
import { createQuestionHub, type QuestionHub } from "./questions.ts";
import { createMemorySettings } from "./settings.ts";
import { createTimerSet, type TimerSet } from "./timers.ts";
import { encode } from "../codec.ts";
import { createWorkQueue, type WorkQueue } from "./work-queue.ts";

export interface MemoryServerOptions {
  readonly prefix: string;
  readonly clock: Clock;
  readonly ackWaitMs: number;
}

/** How the body of a message is read; what it throws makes the message a dead letter. */
export interface Reading<T> {
  readonly queue: WorkQueue;
  readonly streamOf: (subject: string) => string;
  readonly read: (subject: string, body: string) => { envelope: Envelope; message: T };
}

/** What all connections of one memory bus share. */
export interface MemoryServer {
  readonly clock: Clock;
  readonly subjects: Subjects;
  readonly flows: FlowLog;
  readonly timers: TimerSet;
  readonly artifacts: ArtifactStore;
  readonly settings: SettingsStore;
  readonly dead: DeadLetters;
  readonly intents: IntentHub;
  readonly questions: QuestionHub;
  readonly feed: Feed;
  readonly heartbeats: Heartbeats;
  readonly commands: Readonly<Record<Worker | "orchestrator", WorkQueue>>;
  readonly done: WorkQueue;
  readonly fired: WorkQueue;
  /** Consumes a queue; a message that cannot be read becomes a dead letter. */
  consume<T>(reading: Reading<T>, options: ConsumeOptions, handle: Handle<T>): Promise<void>;
  /** Empties the work queues, as a kill of a server with memory streams does. */
  loseWork(): void;
}

/** Makes an empty server. */
export function createMemoryServer(options: MemoryServerOptions): MemoryServer {
  const { clock } = options;
  const subjects = createSubjects(options.prefix);
  const done = createWorkQueue(options);
  const fired = createWorkQueue(options);
  const parts = [...workers, "orchestrator"] as const;
  const commands = Object.fromEntries(
    parts.map((part) => [part, createWorkQueue(options)]),
  ) as MemoryServer["commands"];

  const publish = (subject: string, body: string) => {
    const [prefix, kind, part] = subject.split(".");
    const queue =
      kind === "cmd"
        ? commands[part as Worker]
        : kind === "done"
          ? done
          : kind === "fired"
            ? fired
            : undefined;
    if (prefix !== subjects.prefix || !queue) {
      throw conflict("dead_letter_undeliverable", `No stream takes "${subject}". Drop the letter.`, {
        params: { subject },
      });
    }
    queue.publish(subject, body);
  };
  const dead = createMemoryDeadLetters(clock, publish);

  return {
    clock,
    subjects,
    flows: createMemoryFlowLog(clock),
    timers: createTimerSet({
      clock,
      subjectOf: subjects.timer,
      fire: (timer) =>
        fired.publish(
          subjects.fired(timer.flow),
          encode(toEnvelope("timer.fired", timer, { atMs: clock.nowMs() }), "timer"),
        ),
    }),
    artifacts: createMemoryArtifacts(),
    settings: createMemorySettings(),
    dead,
    intents: createIntentHub(clock),
    questions: createQuestionHub(),
    feed: createMemoryFeed(),
    heartbeats: createHeartbeats(),
    commands,
    done,
    fired,
    async consume({ queue, streamOf, read }, consumeOptions, handle) {
      if (!Number.isInteger(consumeOptions.maxInHand) || consumeOptions.maxInHand < 1) {
        throw invalidInput("max_in_hand_invalid", "maxInHand must be a whole number from 1 on.");
      }
      await queue.consume(consumeOptions, async (taken) => {
        const { subject, body } = taken;
        let delivery: ReturnType<typeof read>;
        try {
          delivery = read(subject, body);
        } catch (error) {
          await dead.bury({
            stream: streamOf(subject),
            subject,
            body: new TextEncoder().encode(body),
            error: toErrorInfo(error),
          });
          taken.ack();
          return;
        }
        await handle({ ...delivery, ack: taken.ack, nak: taken.nak, working: taken.working });
      });
    },
    loseWork() {
      for (const queue of [...Object.values(commands), done]) queue.clear();
    },
  };
}
