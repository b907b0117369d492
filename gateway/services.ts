import type { Logger } from "../bus/kernel/log.ts";
import type { ClientBus } from "../bus/ports/bus.ts";
import type { Credentials } from "./auth/credentials.ts";
import type { Door } from "./auth/door.ts";
import type { Guard, Visitor } from "./auth/guard.ts";
import type { FeedHub } from "./feed/hub.ts";
import type { LogBuffer } from "./feed/log-buffer.ts";
import type { RoleRun, RoleRunner } from "./roles/runner.ts";
import type { StackJobs } from "./stacks/jobs.ts";
import type { KnownSecrets } from "./text/known-secrets.ts";
import type { ShownApprovals } from "./tickets/shown-approvals.ts";
import type { TextReader } from "./tickets/texts.ts";
import type { PendingAction } from "./wizard/pending-action.ts";
import type { Pending } from "./wizard/pending.ts";
import type { Conversation } from "./wizard/conversation.ts";

/** What every door of the gateway works with. */
export interface GatewayServices {
  readonly bus: ClientBus;
  readonly credentials: Credentials;
  readonly guard: Guard;
  readonly door: Door;
  readonly feed: FeedHub;
  readonly logs: LogBuffer;
  readonly texts: TextReader;
  readonly conversation: Conversation;
  readonly shownApprovals: ShownApprovals;
  readonly runner: RoleRunner;
  readonly pendingRuns: Pending<RoleRun>;
  readonly pendingActions: Pending<PendingAction>;
  readonly jobs: StackJobs;
  readonly secrets: KnownSecrets;
  readonly log: Logger;
  readonly startedAtMs: number;
  /** Roots of this user's other installations that run now. */
  otherRoots(): Promise<readonly string[]>;
  /** Ends streams and sockets. */
  readonly signal: AbortSignal;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Set by the guard; absent only on public routes without a credential. */
    visitor: Visitor | undefined;
  }
  interface FastifyContextConfig {
    /** Whether the route is for everybody. */
    isPublic?: boolean;
  }
}
