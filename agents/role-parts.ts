import type { Logger } from "../bus/kernel/log.ts";
import type { WorkerBus } from "../bus/ports/bus.ts";
import type { FeedWriter } from "../bus/ports/feed.ts";
import type { Operations } from "./door/operations.ts";
import type { RoleOptions } from "./role-options.ts";
import type { HandOver } from "./runtime/hand-over.ts";
import type { Handlers } from "./runtime/handlers.ts";

export interface RolePartsOptions extends RoleOptions {
  readonly tell: FeedWriter["tell"];
  readonly log: Logger;
}

/** Where a role does what it does beside its commands. */
export interface BesidePlace {
  readonly bus: WorkerBus;
  readonly prefix: string;
  readonly hasContainer: boolean;
  readonly signal: AbortSignal;
}

/** What a role's agent does: commands of the bus, and what its shell asks of it. */
export interface RoleParts {
  readonly handlers: Handlers;
  readonly operations: Operations;
  readonly handOver?: HandOver;
  /** What it does beside them until the signal; absent where it does nothing. */
  readonly beside?: (place: BesidePlace) => Promise<void>;
}
