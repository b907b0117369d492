// not execa: its loading takes a third of the time that a short command over SSH may take
import { spawn, type StdioOptions } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { unavailable } from "../../bus/kernel/errors.ts";

export interface ClientRun {
  /** As a shell would tell it: 128 and the signal's number where one ended the client. */
  readonly exitCode: number;
  /** What the client itself had to say, apart from the remote program's output. */
  readonly log: string;
  /** Where it was kept. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface ClientOptions {
  readonly cwd: string;
  /** Whether the output is kept and not shown. */
  readonly keep: boolean;
  /** Ends the client. */
  readonly signal?: AbortSignal;
}

const maxKeptBytes = 16 * 1024 * 1024;

/** Runs the system's `ssh` with the terminal it was given, to its end. @throws `ssh_client_missing` */
export async function runClient(args: readonly string[], options: ClientOptions): Promise<ClientRun> {
  const dir = await mkdtemp(join(tmpdir(), "dockfra-ssh-"));
  try {
    const log = join(dir, "log");
    const run = await runToEnd(["-E", log, ...args], options);
    return { ...run, log: run.exitCode === 255 ? await readFile(log, "utf8") : "" };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function runToEnd(
  args: readonly string[],
  { cwd, keep, signal: stop }: ClientOptions,
): Promise<Omit<ClientRun, "log">> {
  const stdio: StdioOptions = keep ? ["inherit", "pipe", "pipe"] : "inherit";
  const child = spawn("ssh", [...args], { cwd, stdio });
  const onStop = (): void => void child.kill("SIGTERM");
  stop?.addEventListener("abort", onStop, { once: true });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", (cause: NodeJS.ErrnoException) =>
      reject(cause.code === "ENOENT" ? missing(cause) : cause),
    );
    child.once("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  stop?.removeEventListener("abort", onStop);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  stream?.on("data", (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes <= maxKeptBytes) chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function missing(cause: unknown) {
  return unavailable(
    "ssh_client_missing",
    "There is no ssh on this machine's PATH. Install OpenSSH's client (Debian: apt install openssh-client), then try again.",
    { cause, retryable: false },
  );
}
