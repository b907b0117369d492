import { execa } from "execa";
import type { ErrorInfo } from "../../bus/kernel/errors.ts";
import { identifyProcess } from "../../stacks/processes/process-identity.ts";
import { createBackoff } from "./backoff.ts";
import { openPartLog } from "./part-log.ts";
import { PartMessage, type PartStart } from "./part-protocol.ts";

/** How a part ended: for people, one phrase. */
export interface PartEnd {
  readonly how: string;
  readonly error?: ErrorInfo;
}

export interface PartOptions {
  readonly name: string;
  /** Program and arguments; the program speaks the part protocol over its channel. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** Called at each start, with its pid; must not throw. */
  readonly onStarted?: (pid: number) => void;
  readonly onReady?: () => void;
  /** Called when it died by itself and will be started again; must not throw. */
  readonly onRestart?: (end: PartEnd, delayMs: number) => void;
  readonly steadyAfterMs?: number;
}

/** A child process that is kept running until it is stopped. */
export interface Part {
  readonly name: string;
  readonly pid: number | undefined;
  /** Resolves when it is ready for the first time; with its error when it said that it never will be. */
  readonly firstReady: Promise<PartEnd | undefined>;
  /** Tells the part, and every later incarnation, where the bus is. */
  join(start: PartStart): void;
  /** Asks it to end, and makes it after the grace time. */
  stop(graceMs?: number): Promise<void>;
}

/** Starts a part and keeps it running; with the bus still to come it loads its code and waits to be told. */
export function startPart(options: PartOptions): Part {
  const { name, steadyAfterMs = 30_000 } = options;
  const log = openPartLog(options.logPath);
  const backoff = createBackoff();
  const firstReady = Promise.withResolvers<PartEnd | undefined>();
  let start: PartStart | undefined;
  let child = launch();
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let steady: NodeJS.Timeout | undefined;

  function launch(): ReturnType<typeof spawn> {
    const spawned = spawn(options);
    const { nodeChildProcess } = spawned;
    let failure: ErrorInfo | undefined;
    spawned.stdout.on("data", log.write);
    spawned.stderr.on("data", log.write);
    nodeChildProcess.on("message", (raw: unknown) => {
      const message = PartMessage.safeParse(raw).data;
      if (message?.type === "ready") {
        steady = setTimeout(backoff.reset, steadyAfterMs);
        steady.unref();
        firstReady.resolve(undefined);
        options.onReady?.();
      } else if (message?.type === "failed") {
        failure = message.error;
        firstReady.resolve({ how: message.error.message, error: message.error });
      }
    });
    if (spawned.pid !== undefined) options.onStarted?.(spawned.pid);
    if (start) tell(spawned, start);
    void spawned.then((end) => {
      clearTimeout(steady);
      if (stopping) return;
      const how = describeEnd(end);
      const delayMs = backoff.nextDelayMs();
      options.onRestart?.({ how, ...(failure ? { error: failure } : {}) }, delayMs);
      timer = setTimeout(() => {
        child = launch();
      }, delayMs);
    });
    return spawned;
  }

  return {
    name,
    get pid() {
      return child.pid;
    },
    firstReady: firstReady.promise,
    join(where) {
      start = where;
      tell(child, where);
    },
    async stop(graceMs = 5_000) {
      stopping = true;
      clearTimeout(timer);
      const killer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      child.kill("SIGTERM");
      await child;
      clearTimeout(killer);
      log.close();
    },
  };
}

function spawn({ argv, cwd, env }: PartOptions) {
  const [file, ...args] = argv;
  return execa(file, args, {
    cwd,
    env,
    extendEnv: false,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    buffer: false,
    reject: false,
    ipc: true,
    // a Ctrl-C of the terminal reaches the supervisor alone, which stops the parts in order
    detached: true,
    cleanup: false,
  });
}

function tell(child: ReturnType<typeof spawn>, start: PartStart): void {
  // a child that is just ending has no channel any more; its successor is told instead
  child.nodeChildProcess.send(start, () => undefined);
}

function describeEnd(end: {
  exitCode?: number | undefined;
  signal?: string | undefined;
  originalMessage?: string | undefined;
}): string {
  if (end.signal !== undefined) return `killed by ${end.signal}`;
  if (end.exitCode !== undefined) return `exit code ${end.exitCode}`;
  return end.originalMessage ?? "it could not be started";
}

/** Waits until the very process is gone, at most so long; false where it is still there. */
export async function waitForEnd(pid: number, startedAt: string, timeoutMs: number): Promise<boolean> {
  const endMs = Date.now() + timeoutMs;
  while (identifyProcess(pid)?.startedAt === startedAt) {
    if (Date.now() > endMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return true;
}
