/** One line of progress: what is fetched from where, with sizes when they are known. */
export interface NatsFetchProgress {
  /** English, short, without a line end: `release 2.14.5: archive`. */
  readonly text: string;
  readonly doneBytes?: number;
  readonly totalBytes?: number;
}

/** How one way of fetching is called: it leaves a file `nats-server` in `dir`, or throws why it cannot. */
export interface NatsFetchJob {
  /** An empty directory of its own. */
  readonly dir: string;
  readonly signal: AbortSignal;
  /** Must not throw. */
  readonly onProgress: (progress: NatsFetchProgress) => void;
}

/** A way to get nats-server, by the name people see. */
export interface NatsSource {
  readonly name: string;
  readonly fetch: (job: NatsFetchJob) => Promise<void>;
}
