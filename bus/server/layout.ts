import { join, resolve } from "node:path";

/** Where the embedded server keeps what it has, all below `<root>/dockfra/nats`. */
export interface NatsLayout {
  readonly dir: string;
  readonly configFile: string;
  readonly storeDir: string;
  readonly logFile: string;
  readonly pidFile: string;
  /** Holds the URL that clients connect to, while and after the server runs. */
  readonly urlFile: string;
}

/** Gives the paths of the embedded server of one root. */
export function natsLayout(root: string): NatsLayout {
  const dir = join(resolve(root), "dockfra", "nats");
  return {
    dir,
    configFile: join(dir, "nats-server.conf"),
    storeDir: join(dir, "store"),
    logFile: join(dir, "nats-server.log"),
    pidFile: join(dir, "nats-server.pid"),
    urlFile: join(dir, "url"),
  };
}

/** Name that the embedded server of a prefix gives itself; a client sees it and knows how that server syncs. */
export function embeddedServerName(prefix: string): string {
  return `${prefix}-embedded`;
}
