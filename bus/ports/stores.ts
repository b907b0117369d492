import type { FlowRef } from "../messages/flow.ts";
import type { DeadLetter } from "../messages/intents.ts";
import type { TimerFired } from "../messages/flow.ts";
import type { ErrorInfo } from "../kernel/errors.ts";
import type { ConsumeOptions, Handle } from "./work.ts";

/** Bytes by their SHA-256; putting the same bytes twice is one artifact. CORE only; others go by intents. */
export interface ArtifactStore {
  put(bytes: Uint8Array): Promise<string>;
  /** @throws not_found `artifact_unknown` */
  get(hash: string): Promise<Uint8Array>;
  has(hash: string): Promise<boolean>;
}

/** Small settings by key, with history. CORE only. */
export interface SettingsStore {
  get(key: string): Promise<string | undefined>;
  /** Answers the new revision. */
  set(key: string, value: string): Promise<number>;
  keys(): Promise<string[]>;
}

/** Durable timers: survive a restart of everything, fire late rather than never. */
export interface Timers {
  set(timer: TimerFired, dueAtMs: number): Promise<void>;
  cancel(flow: FlowRef, name: string): Promise<void>;
  takeFired(options: ConsumeOptions, handle: Handle<TimerFired>): Promise<void>;
}

/** What could not be handled, kept with why. */
export interface DeadLetters {
  bury(letter: { stream: string; subject: string; body: Uint8Array; error: ErrorInfo }): Promise<void>;
  list(limit: number): Promise<DeadLetter[]>;
  count(): Promise<number>;
  /** Publishes the body again on its first subject, then drops it. @throws not_found `dead_letter_unknown` */
  retry(seq: number): Promise<void>;
  /** @throws not_found `dead_letter_unknown` */
  drop(seq: number): Promise<void>;
}
