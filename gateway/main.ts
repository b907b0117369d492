import { createServer } from "node:http";
import { join } from "node:path";
import type { Logger } from "../bus/kernel/log.ts";
import type { ClientBus } from "../bus/ports/bus.ts";
import { createGatewayApp } from "./app.ts";
import { createCredentials } from "./auth/credentials.ts";
import { createDoor } from "./auth/door.ts";
import { createGuard, type AuthMode } from "./auth/guard.ts";
import { createFeedHub } from "./feed/hub.ts";
import { createLogBuffer } from "./feed/log-buffer.ts";
import { listenLocally } from "./listen.ts";
import type { GatewayServices } from "./services.ts";
import { startSockets } from "./socket/server.ts";
import { shareQuestions } from "./project/shared-questions.ts";
import { rememberSecrets } from "./project/written-secrets.ts";
import { createRoleRunner, type RoleRun } from "./roles/runner.ts";
import { createStackJobs } from "./stacks/jobs.ts";
import { createKnownSecrets } from "./text/known-secrets.ts";
import { createShownApprovals } from "./tickets/shown-approvals.ts";
import { createTextReader } from "./tickets/texts.ts";
import { createConversation } from "./wizard/conversation.ts";
import type { PendingAction } from "./wizard/pending-action.ts";
import { createPending } from "./wizard/pending.ts";

export interface GatewayOptions {
  readonly bus: ClientBus;
  readonly stateDir: string;
  readonly log: Logger;
  /** Ends the gateway. */
  readonly signal: AbortSignal;
  /** 0 for any free one. */
  readonly port: number;
  readonly auth: AuthMode;
  /** Name of the person whose installation this is. */
  readonly owner: string;
  /** An address beside loopback; only behind a proxy that holds the TLS. */
  readonly address?: string;
  /** The origin that the proxy serves. */
  readonly proxyOrigin?: string;
  /** Roots of this user's other installations that run now. */
  readonly otherRoots?: () => Promise<readonly string[]>;
  readonly pagesDir?: string;
}

/** A gateway that answers. */
export interface RunningGateway {
  readonly port: number;
  /** Where its page is, without a token. */
  readonly url: string;
  /** Resolves when the signal has ended it. */
  readonly ended: Promise<void>;
}

/** Makes what the doors work with; the feed is followed from here on. */
export function createServices(options: Omit<GatewayOptions, "port">, port: () => number): GatewayServices {
  const { bus, log, signal, auth, owner, stateDir, proxyOrigin } = options;
  const credentials = createCredentials(stateDir);
  const door = createDoor({ port, ...(proxyOrigin === undefined ? {} : { proxyOrigin }) });
  const secrets = createKnownSecrets();
  const asking = shareQuestions(rememberSecrets(bus, secrets));
  return {
    bus: { ...bus, ...asking },
    runner: createRoleRunner({ bus: asking, secrets, log }),
    pendingRuns: createPending<RoleRun>(),
    pendingActions: createPending<PendingAction>(),
    jobs: createStackJobs({ bus: asking, secrets }),
    secrets,
    credentials,
    guard: createGuard({ auth, door, credentials, owner }),
    door,
    feed: createFeedHub({ bus, log, signal }),
    logs: createLogBuffer(),
    log,
    texts: createTextReader(bus),
    conversation: createConversation(),
    shownApprovals: createShownApprovals(),
    startedAtMs: Date.now(),
    otherRoots: options.otherRoots ?? (() => Promise.resolve([])),
    signal,
  };
}

/** Starts the gateway. @throws the system's EADDRINUSE where the port is taken */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { log, signal, auth, proxyOrigin, address } = options;
  let port = options.port;
  const services = createServices(options, () => port);
  const server = createServer();
  const pagesDir = options.pagesDir ?? join(import.meta.dirname, "ui", "dist");
  const app = await createGatewayApp(services, { pagesDir, server });
  const sockets = startSockets(server, services);
  services.feed.listen((items) => sockets.onFeed(items, services.logs.add(items)));
  await app.ready();
  const listening = await listenLocally(server, { port, ...(address === undefined ? {} : { address }) });
  port = listening.port;
  log.info({ port, auth }, "the gateway answers");
  const ended = new Promise<void>((resolve, reject) => {
    const end = async (): Promise<void> => {
      await sockets.close();
      await listening.close();
      await app.close();
    };
    const onAbort = (): void => void end().then(resolve, reject);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  return { port, url: proxyOrigin ?? `http://127.0.0.1:${port}`, ended };
}
