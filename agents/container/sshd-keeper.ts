import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";
import type { ErrorParams } from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import { pickEnvironment } from "../../stacks/processes/environment.ts";
import { runProgram } from "../../stacks/processes/program-run.ts";
import { startProgram, type ProgramExit } from "../../stacks/processes/running-program.ts";
import type { ContainerPlace } from "./place.ts";
import { readShellFiles, watchRoleFiles, type ShellFiles } from "./role-files.ts";
import { asShell } from "./users.ts";

export interface SshdKeeperOptions {
  readonly place: Pick<ContainerPlace, "roleDir" | "sshDir" | "sshdConfig">;
  /** Runs a program as the shell's user; default: another user of this container. */
  readonly asShell?: (argv: readonly string[]) => readonly string[];
  /** Absolute path of sshd; it starts itself again by it. */
  readonly sshd?: string;
  /** Tells on the feed; must not throw. */
  readonly tell: (code: string, params: ErrorParams) => void;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const firstPauseMs = 200;
const longestPauseMs = 5_000;
const steadyMs = 30_000;
const handoverMs = 20_000;
const program = fileURLToPath(new URL("handover.ts", import.meta.url));

/**
 * Keeps sshd running until the signal, and its files as the host wants them: new keys count from the next login on, open
 * sessions stay. Never rejects for what sshd does.
 */
export async function keepSshd(options: SshdKeeperOptions): Promise<void> {
  const { place, log, signal, asShell: wrap = asShell, sshd = "/usr/sbin/sshd" } = options;
  let handed: ShellFiles = {};
  let pid: number | undefined;
  let refreshing: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    const files = await readShellFiles(place.roleDir);
    if (JSON.stringify(files) === JSON.stringify(handed)) return;
    await handOver(files, options, wrap);
    const hostKeyMoved = handed.host_ed25519 !== files.host_ed25519;
    handed = files;
    log.info({ files: Object.keys(files) }, "sshd's files were handed over");
    // it reads its own key at its start only; a hang-up makes it start anew and leaves its sessions alone
    if (hostKeyMoved && pid !== undefined) signalProcess(pid, "SIGHUP");
  }
  /** Where it is under way already, that one is waited for. */
  function refreshOnce(): Promise<void> {
    refreshing ??= refresh()
      .catch((error: unknown) => log.error({ err: error }, "sshd's files could not be handed over"))
      .finally(() => (refreshing = undefined));
    return refreshing;
  }

  await refreshOnce();
  watchRoleFiles(place.roleDir, () => void refreshOnce(), signal);
  for (let pauseMs = firstPauseMs; !signal.aborted;) {
    if (handed.host_ed25519 === undefined) {
      log.warn({ dir: place.roleDir }, "there is no host key yet, so sshd waits");
      await pause(longestPauseMs, signal);
      await refreshOnce();
      continue;
    }
    const startMs = performance.now();
    const running = startProgram(wrap([sshd, "-D", "-e", "-f", place.sshdConfig]), {
      cwd: "/",
      env: pickEnvironment(["PATH", "LANG"]),
    });
    pid = running.pid;
    for (const stream of [running.stdout, running.stderr])
      createInterface({ input: stream }).on("line", (line) =>
        log[isOwnProbe(line) ? "debug" : "info"]({ line }, "sshd"),
      );
    const stop = (): void => {
      if (running.pid !== undefined) signalProcess(running.pid, "SIGTERM");
    };
    signal.addEventListener("abort", stop, { once: true });
    const exit = await running.exited;
    signal.removeEventListener("abort", stop);
    pid = undefined;
    if (signal.aborted) {
      // sessions that are still open hold the other ends, and would keep this process from ending
      running.stdout.destroy();
      running.stderr.destroy();
      return;
    }
    if (performance.now() - startMs > steadyMs) pauseMs = firstPauseMs;
    const how = describeExit(exit);
    log.warn({ how, pauseMs }, "sshd ended and is started again");
    options.tell("sshd_restarted", { how, delayMs: pauseMs });
    await pause(pauseMs, signal);
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
  }
}

async function handOver(
  files: ShellFiles,
  { place, signal }: SshdKeeperOptions,
  wrap: (argv: readonly string[]) => readonly string[],
): Promise<void> {
  const run = await runProgram(
    wrap([process.execPath, "--disable-warning=ExperimentalWarning", program, place.sshDir]),
    {
      cwd: "/",
      env: pickEnvironment(["PATH", "LANG", "NODE_COMPILE_CACHE"]),
      input: JSON.stringify(files),
      timeoutMs: handoverMs,
      signal,
    },
  );
  if (run.exitCode !== 0 && !run.cancelled)
    throw new Error(`Writing into ${place.sshDir} failed: ${run.notStarted ?? run.stderr.slice(-1_000)}`);
}

/** The health check says hello every few seconds and goes. */
function isOwnProbe(line: string): boolean {
  return (
    /^Connection (?:from|closed by) 127\.0\.0\.1 /.test(line) ||
    line.startsWith("kex_exchange_identification: Connection closed by remote host")
  );
}

function signalProcess(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // it was gone first
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function describeExit({ exitCode, signal, notStarted }: ProgramExit): string {
  if (notStarted !== undefined) return notStarted;
  return signal === undefined ? `exit code ${exitCode ?? "none"}` : `killed by ${signal}`;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
