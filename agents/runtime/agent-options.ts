import type { Logger } from "../../bus/kernel/log.ts";
import type { Worker } from "../../bus/messages/principals.ts";
import type { WorkerBus } from "../../bus/ports/bus.ts";
import type { HandOver } from "./hand-over.ts";
import type { Handlers } from "./handlers.ts";

/** What an agent is made of. */
export interface AgentOptions {
  readonly worker: Worker;
  /** Name of this instance; stays the same over restarts, because clones are named after it. */
  readonly instance: string;
  readonly bus: WorkerBus;
  readonly handlers: Handlers;
  readonly log: Logger;
  /** Ends the agent: what is in hand is stopped and handed back. */
  readonly signal: AbortSignal;
  /** Lets a person take work from the agent; without it nobody can. */
  readonly handOver?: HandOver;
  /** How many commands at once; default 4. */
  readonly maxInHand?: number;
}
