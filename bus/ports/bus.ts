import type { ArtifactStore, DeadLetters, SettingsStore, Timers } from "./stores.ts";
import type { FeedReader, FeedWatcher, FeedWriter } from "./feed.ts";
import type { FlowLog } from "./flow-log.ts";
import type { IntentClient, IntentServer, PassThrough, QuestionClient, QuestionServer } from "./intents.ts";
import type {
  CommandSource,
  Dispatcher,
  HeartbeatSender,
  HeartbeatSource,
  ResultReporter,
  ResultSource,
} from "./work.ts";

/** Life of a connection. */
export interface Connected extends AsyncDisposable {
  /** Calls back each time the connection is back and everything declared was verified; also once at the start. Must not throw. */
  onReady(listener: () => void): void;
  /** Resolves when the connection is closed for good. */
  readonly closed: Promise<void>;
}

/** All that the orchestrator uses. */
export interface CoreBus
  extends
    Connected,
    Dispatcher,
    ResultSource,
    HeartbeatSource,
    HeartbeatSender,
    IntentServer,
    FeedWriter,
    FeedReader,
    FeedWatcher {
  readonly flows: FlowLog;
  readonly timers: Timers;
  readonly artifacts: ArtifactStore;
  readonly settings: SettingsStore;
  readonly dead: DeadLetters;
  /** Version of the server and how it syncs, for the health page. */
  serverInfo(): Promise<{ version: string; sync: string }>;
}

/** All that a worker (a role's agent, the host) uses. */
export interface WorkerBus
  extends
    Connected,
    CommandSource,
    ResultReporter,
    HeartbeatSender,
    FeedWriter,
    FeedWatcher,
    IntentClient,
    PassThrough,
    QuestionClient,
    QuestionServer {
  /** Resolves when the server has taken all that was sent before. @throws `bus_down` where it does not within the time */
  reach(timeoutMs: number): Promise<void>;
}

/** All that a person's client uses. */
export interface ClientBus extends Connected, IntentClient, QuestionClient, FeedWatcher {}
