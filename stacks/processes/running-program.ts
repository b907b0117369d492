import type { Readable } from "node:stream";
import { execa, type Options } from "execa";

/** An argv array: the program, then its arguments. */
export type Argv = readonly string[];

/** How a program ended; `notStarted` carries the system's reason where there was no start at all. */
export interface ProgramExit {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly notStarted?: string;
}

export interface StartOptions {
  readonly cwd: string;
  /** The whole environment: nothing of ours is added. */
  readonly env: Readonly<Record<string, string>>;
  /** What it reads on stdin; without it stdin is empty. */
  readonly input?: string;
  /** A file that it reads on stdin instead. */
  readonly inputFile?: string;
}

export interface RunningProgram {
  /** Also the id of its process group; `undefined` where it did not start. */
  readonly pid: number | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles at its exit, never rejects; children it left behind may still hold its output open. */
  readonly exited: Promise<ProgramExit>;
  /** Settles when its output has ended too; never rejects. */
  readonly closed: Promise<ProgramExit>;
}

/** Starts a program as the leader of its own process group, without a shell, its output piped. */
export function startProgram(argv: Argv, { cwd, env, input, inputFile }: StartOptions): RunningProgram {
  const options = {
    cwd,
    env,
    extendEnv: false,
    preferLocal: false,
    ...(inputFile === undefined
      ? input === undefined
        ? { stdin: "ignore" as const }
        : { input }
      : { inputFile }),
    stdout: "pipe",
    stderr: "pipe",
    buffer: false,
    reject: false,
    detached: true,
    cleanup: false,
  } as const satisfies Options;
  const [file, ...args] = splitArgv(argv);
  const child = execa(file, args, options);
  const closed = child.then(toExit);
  const exited = new Promise<ProgramExit>((resolve) => {
    child.nodeChildProcess.once("exit", (code, signal) =>
      resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }),
    );
    void closed.then(resolve);
  });
  return { pid: child.pid, stdout: child.stdout, stderr: child.stderr, exited, closed };
}

export interface Daemon {
  readonly pid: number | undefined;
  readonly exited: Promise<ProgramExit>;
  /** What it wrote on stderr so far. */
  startupOutput(): string;
  /** Lets go of it: from here on its stderr leads nowhere and it does not keep us alive. */
  detach(): void;
}

/** Starts a program that outlives us, without a shell, as the leader of its own process group. */
export function startDaemon(argv: Argv, { cwd, env }: StartOptions): Daemon {
  const [file, ...args] = splitArgv(argv);
  const child = execa(file, args, {
    cwd,
    env,
    extendEnv: false,
    preferLocal: false,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    buffer: false,
    reject: false,
    detached: true,
    cleanup: false,
  });
  let output = "";
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (chunk: string) => {
    output = (output + chunk).slice(-10_000);
  });
  return {
    pid: child.pid,
    exited: child.then(toExit),
    startupOutput: () => output,
    detach: () => {
      child.stderr.destroy();
      child.nodeChildProcess.unref();
    },
  };
}

function splitArgv(argv: Argv): [string, ...string[]] {
  const [file, ...args] = argv;
  if (file === undefined) throw new TypeError("An argv needs a program.");
  return [file, ...args];
}

interface ExecaEnd {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
  readonly failed: boolean;
  readonly originalMessage?: string | undefined;
}

function toExit(end: ExecaEnd): ProgramExit {
  const { exitCode, signal } = end;
  if (end.failed && exitCode === undefined && signal === undefined)
    return { exitCode, signal, notStarted: end.code ?? end.originalMessage ?? "unknown reason" };
  return { exitCode, signal };
}
