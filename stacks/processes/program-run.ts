import { signalGroup } from "./process-identity.ts";
import {
  startProgram,
  type Argv,
  type ProgramExit,
  type RunningProgram,
  type StartOptions,
} from "./running-program.ts";

export interface RunOptions extends StartOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** When cancelled it first gets SIGINT, and this long to end by itself; default: it is ended at once. */
  readonly interruptMs?: number;
  /** Output beyond this is dropped from the front; default 1 MB. */
  readonly maxOutputBytes?: number;
  /** Gets the process id once it runs, before anything else happens; must not throw. */
  readonly onStarted?: (pid: number) => void;
  /** Called when it has ended, before what it left behind has to let go of its output; must not throw. */
  readonly onEnded?: () => Promise<void>;
  /** Gets each line as it comes; must not throw. */
  readonly onLine?: (line: string) => void;
  /** What ends a line; default: a newline. */
  readonly lineEnd?: RegExp;
}

export interface ProgramRun extends ProgramExit {
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
  readonly tookMs: number;
}

/** Runs a program as {@link runProgram} does, maybe as another user. */
export type ProgramRunner = (argv: Argv, options: RunOptions) => Promise<ProgramRun>;

/** How long what left the program's group may go on holding its output open. */
const lingerMs = 2_000;

/** Runs a program to its end, or ends its whole process group at the time limit or when cancelled; never rejects for what the program does. */
export async function runProgram(argv: Argv, options: RunOptions): Promise<ProgramRun> {
  const { timeoutMs, signal, interruptMs = 0, maxOutputBytes = 1_000_000, onLine, lineEnd } = options;
  const startMs = performance.now();
  if (signal?.aborted) {
    return {
      exitCode: undefined,
      signal: undefined,
      stdout: "",
      stderr: "",
      timedOut: false,
      cancelled: true,
      tookMs: 0,
    };
  }
  const program = startProgram(argv, options);
  if (program.pid !== undefined) options.onStarted?.(program.pid);
  const stdout = collect(program.stdout, maxOutputBytes, onLine, lineEnd);
  const stderr = collect(program.stderr, maxOutputBytes, onLine, lineEnd);
  let timedOut = false;
  let cancelled = false;
  const end = (): void => {
    if (program.pid !== undefined) signalGroup(program.pid, "SIGKILL");
  };
  let patience: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    cancelled = true;
    if (interruptMs <= 0 || program.pid === undefined) return end();
    signalGroup(program.pid, "SIGINT");
    patience = setTimeout(end, interruptMs);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, timeoutMs);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const exit = await program.exited;
    // what it left in the background goes with it, and lets go of the output
    end();
    await options.onEnded?.();
    await letGo(program);
    return {
      ...exit,
      stdout: stdout(),
      stderr: stderr(),
      timedOut,
      cancelled,
      tookMs: Math.round(performance.now() - startMs),
    };
  } finally {
    clearTimeout(timer);
    clearTimeout(patience);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Waits for the end of the output; a child that went its own way keeps nobody waiting. */
async function letGo(program: RunningProgram): Promise<void> {
  const linger = setTimeout(() => {
    program.stdout.destroy();
    program.stderr.destroy();
  }, lingerMs);
  await program.closed;
  clearTimeout(linger);
}

function collect(
  stream: NodeJS.ReadableStream,
  maxBytes: number,
  onLine: ((line: string) => void) | undefined,
  lineEnd: RegExp | "\n" = "\n",
): () => string {
  let text = "";
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    text += chunk;
    if (text.length > 2 * maxBytes) text = text.slice(-maxBytes);
    if (!onLine) return;
    const lines = (rest + chunk).split(lineEnd);
    rest = (lines.pop() ?? "").slice(-10_000);
    for (const line of lines) onLine(line);
  });
  return () => {
    if (onLine && rest !== "") onLine(rest);
    return text.slice(-maxBytes);
  };
}
