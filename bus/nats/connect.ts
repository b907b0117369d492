import { setTimeout as pause } from "node:timers/promises";
import { createLogger, type Logger } from "../kernel/log.ts";
import type { Principal, Worker } from "../messages/principals.ts";
import type { ClientBus, CoreBus, WorkerBus } from "../ports/bus.ts";
import { deadOfWorker, workerApiPrefix } from "../server/accounts.ts";
import { embeddedServerName } from "../server/layout.ts";
import { createSubjects } from "../subjects.ts";
import { createArtifactStore } from "./artifacts.ts";
import { openWire } from "./connection.ts";
import { buryOn, createDeadLetters } from "./dead-letters.ts";
import { declareAll, replicasOf } from "./declare.ts";
import { createFeedReader, createFeedWatcher, createFeedWriter } from "./feed.ts";
import { createFlowLog } from "./flow-log.ts";
import { createHeartbeatSender, createHeartbeatSource } from "./heartbeats.ts";
import { createIntentClient, createIntentServer } from "./intents.ts";
import { createJetStreamApi } from "./jetstream-api.ts";
import { createLife, type Life } from "./life.ts";
import { createQuestionClient, createQuestionServer } from "./questions.ts";
import { createSettingsStore } from "./settings.ts";
import { consumerNames } from "./streams.ts";
import { createTimers } from "./timers.ts";
import { createDispatcher, createResultSource, createWorkerSide } from "./work.ts";

export interface BusOptions {
  /** URLs of the server or cluster, such as `nats://127.0.0.1:4222`. */
  readonly servers: string | readonly string[];
  readonly prefix: string;
  /** NKey user seed of the principal. */
  readonly seed: string;
  readonly log?: Logger;
  /** How long the first connection may take; default 5 s, later ones are tried for ever. */
  readonly firstTimeoutMs?: number;
}

export interface CoreBusOptions extends BusOptions {
  /** Tells orchestrators apart. */
  readonly instance: string;
  /** Copies of every stream; default 3 in a cluster, else 1. */
  readonly replicas?: number;
  /** After how long an unacked message comes again; default 30 s. */
  readonly ackWaitMs?: number;
}

export interface WorkerBusOptions extends BusOptions {
  readonly worker: Worker;
  readonly instance: string;
}

export interface ClientBusOptions extends BusOptions {
  readonly principal: Principal;
}

const pollConsumerEveryMs = 200;

function open(options: BusOptions, principal: Principal, name: string) {
  const { servers, prefix, seed, firstTimeoutMs = 5_000, log = createLogger(name) } = options;
  return openWire({ servers, prefix, seed, principal, name, log, firstTimeoutMs });
}

const lifeOf = (life: Life) => ({
  closed: life.closed,
  onReady: (listener: () => void) => life.onReady(listener),
  [Symbol.asyncDispose]: () => life[Symbol.asyncDispose](),
});

/**
 * Connects an orchestrator; makes and verifies all streams first, and again after every reconnect.
 * @throws bus_down, bus_key_refused, nats_server_too_old, bus_differs
 */
export async function connectCore(options: CoreBusOptions): Promise<CoreBus> {
  const { prefix, instance, ackWaitMs = 30_000 } = options;
  const subjects = createSubjects(prefix);
  const wire = await open(options, "orchestrator", `${prefix}-orchestrator-${instance}`);
  const api = createJetStreamApi(wire);
  const replicas = options.replicas ?? replicasOf(wire);
  const life = createLife(wire, () => declareAll(wire, api, subjects, { replicas, ackWaitMs }));
  try {
    await life.start();
  } catch (error) {
    await life[Symbol.asyncDispose]();
    throw error;
  }
  const dead = createDeadLetters(wire, api, subjects);
  const [results, timers] = [
    createResultSource(wire, subjects, dead.bury),
    createTimers(wire, api, subjects, dead.bury),
  ];
  const [intents, watcher, beats] = [
    createIntentServer(wire, subjects),
    createFeedWatcher(wire, subjects, "orchestrator"),
    createHeartbeatSource(wire, subjects),
  ];
  return {
    ...lifeOf(life),
    ...createDispatcher(wire, api, subjects, { replicas }),
    ...createHeartbeatSender(wire, subjects, "orchestrator"),
    ...createFeedWriter(wire, subjects, "orchestrator"),
    ...createFeedReader(wire, api, subjects),
    takeResults: (consuming, handle) =>
      life.run(results.takeResults({ ...consuming, signal: life.until(consuming.signal) }, handle)),
    takeFlowMessages: (consuming, handle) =>
      life.run(results.takeFlowMessages({ ...consuming, signal: life.until(consuming.signal) }, handle)),
    serveIntents: (handle, signal) => life.run(intents.serveIntents(handle, life.until(signal))),
    watchFeed: (onEntry, signal) => life.run(watcher.watchFeed(onEntry, life.until(signal))),
    watchHeartbeats: (onBeat, signal) => life.run(beats.watchHeartbeats(onBeat, life.until(signal))),
    flows: createFlowLog(wire, api, subjects),
    timers: {
      ...timers,
      takeFired: (consuming, handle) =>
        life.run(timers.takeFired({ ...consuming, signal: life.until(consuming.signal) }, handle)),
    },
    artifacts: createArtifactStore(wire, subjects),
    settings: createSettingsStore(wire, subjects),
    dead,
    async serverInfo() {
      const { version = "unknown", server_name: name } = wire.nc.info ?? {};
      // what syncs another's server is in its own configuration, which no client can read
      return { version, sync: name === embeddedServerName(prefix) ? "always" : "unknown" };
    },
  };
}

/** Connects a worker; it is ready once the queue of its commands is there. @throws bus_down, bus_key_refused */
export async function connectWorker(options: WorkerBusOptions): Promise<WorkerBus> {
  const { prefix, worker, instance } = options;
  const subjects = createSubjects(prefix);
  const wire = await open(options, worker, `${prefix}-${worker}-${instance}`);
  const [api, core] = [createJetStreamApi(wire, workerApiPrefix), createJetStreamApi(wire)];
  const life = createLife(wire, async (signal) => {
    for (;;) {
      const found = await api.call(
        `CONSUMER.INFO.${subjects.streams.commands}.${consumerNames.worker(worker)}`,
      );
      if (found.ok) return;
      await pause(pollConsumerEveryMs, undefined, { signal });
    }
  });
  const ending = life.until(AbortSignal.any([]));
  // an orchestrator may start later and makes the queue then
  void life.start().catch((error: unknown) => {
    if (!ending.aborted && !wire.nc.isClosed())
      wire.log.warn({ err: error }, "the queue of commands could not be looked up");
  });
  const side = createWorkerSide(wire, core, subjects, worker, (letter) =>
    buryOn(core, deadOfWorker(subjects, worker), letter),
  );
  const questions = createQuestionServer(wire, subjects, worker);
  const watcher = createFeedWatcher(wire, subjects, worker);
  return {
    ...lifeOf(life),
    ...createHeartbeatSender(wire, subjects, worker),
    ...createFeedWriter(wire, subjects, worker),
    ...createIntentClient(wire, subjects, worker),
    ...createQuestionClient(wire, subjects, worker),
    reach: (timeoutMs) => wire.reach(timeoutMs),
    watchFeed: (onEntry, signal) => life.run(watcher.watchFeed(onEntry, life.until(signal))),
    report: side.report,
    takeCommands: (consuming, handle) =>
      life.run(side.takeCommands({ ...consuming, signal: life.until(consuming.signal) }, handle)),
    serveQuestion: (question, handle, signal) =>
      life.run(questions.serveQuestion(question, handle, life.until(signal))),
  };
}

/** Connects a person's client, or the gateway. @throws bus_down, bus_key_refused */
export async function connectClient(options: ClientBusOptions): Promise<ClientBus> {
  const { prefix, principal } = options;
  const subjects = createSubjects(prefix);
  const wire = await open(options, principal, `${prefix}-${principal}`);
  const life = createLife(wire, () => Promise.resolve());
  await life.start();
  const watcher = createFeedWatcher(wire, subjects, principal);
  return {
    ...lifeOf(life),
    ...createIntentClient(wire, subjects, principal),
    ...createQuestionClient(wire, subjects, principal),
    watchFeed: (onEntry, signal) => life.run(watcher.watchFeed(onEntry, life.until(signal))),
  };
}
