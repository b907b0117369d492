import { realpathSync } from "node:fs";
import { createServer } from "node:net";
import { join, sep } from "node:path";
import type { Evidence } from "../../../bus/messages/checks.ts";
import { runCheck } from "../../checks/check-run.ts";
import { appEnvironment } from "../../processes/environment.ts";
import { identifyProcess, signalGroup, type ProcessIdentity } from "../../processes/process-identity.ts";
import { startProgram, type ProgramExit } from "../../processes/running-program.ts";
import { shortCommit } from "../target.ts";
import type { InstanceLog } from "./instance-log.ts";
import type { Deployment } from "./runner-state.ts";

const never = new AbortController().signal;
const probePauseMs = 100;
const probeTimeoutMs = 2_000;

/** One running process of a release, on a private port of its own. */
export interface Instance {
  readonly deployment: Deployment;
  readonly port: number;
  /** Absent where the program did not start. */
  readonly identity: ProcessIdentity | undefined;
  /** Settles at its end with one line that says how it ended. */
  readonly ended: Promise<string>;
  isRunning(): boolean;
  /** Takes the health check once. */
  probe(timeoutMs?: number, signal?: AbortSignal): Promise<Evidence>;
  /** SIGTERM, then SIGKILL for its whole group after `graceMs`. */
  end(graceMs: number): Promise<void>;
}

export type HealthWait = {
  readonly healthy: boolean;
  readonly evidence?: Evidence;
  readonly why: "healthy" | "ended" | "timeout" | "cancelled";
};

/** Starts a release's command on a free private port. */
export async function startInstance(deployment: Deployment, log: InstanceLog): Promise<Instance> {
  const { release, spec } = deployment;
  const port = await freePort();
  const values = { port: String(port), commit: shortCommit(release.commit) };
  const argv = spec.command.map((word) => fill(word, values));
  const env = Object.fromEntries(Object.entries(spec.env).map(([key, value]) => [key, fill(value, values)]));
  log.note(`starting ${JSON.stringify(argv)} for ${values.commit} on port ${port}`);
  const program = startProgram(argv, {
    cwd: workDir(release.dir, spec.dir),
    env: { ...appEnvironment(), ...env },
  });
  const identity = program.pid === undefined ? undefined : identifyProcess(program.pid);
  log.follow(program.stdout);
  log.follow(program.stderr);
  let running = program.pid !== undefined;
  const ended = program.exited.then((exit) => {
    running = false;
    // children that it left would keep its port and its files
    if (program.pid !== undefined) signalGroup(program.pid, "SIGKILL");
    const text = describeExit(exit);
    log.note(text);
    return text;
  });
  const baseUrl = `http://127.0.0.1:${port}`;
  return {
    deployment,
    port,
    identity,
    ended,
    isRunning: () => running,
    probe: (timeoutMs = probeTimeoutMs, signal = never) =>
      runCheck(
        { kind: "http", path: spec.health },
        {
          baseUrl,
          readLog: () => Promise.resolve([]),
          cwd: release.dir,
          allowCommands: false,
          timeoutMs,
          signal,
        },
      ),
    end: async (graceMs) => {
      if (!running || program.pid === undefined) return;
      signalGroup(program.pid, "SIGTERM");
      const timer = setTimeout(
        () => program.pid !== undefined && signalGroup(program.pid, "SIGKILL"),
        graceMs,
      );
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Probes until the instance is healthy, ends, runs out of time or the wait is cancelled. */
export async function waitUntilHealthy(
  instance: Instance,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<HealthWait> {
  const deadlineMs = performance.now() + timeoutMs;
  let evidence: Evidence | undefined;
  const seen = (): Pick<HealthWait, "evidence"> => (evidence ? { evidence } : {});
  for (;;) {
    if (signal.aborted) return { healthy: false, why: "cancelled", ...seen() };
    if (!instance.isRunning()) return { healthy: false, why: "ended", ...seen() };
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) return { healthy: false, why: "timeout", ...seen() };
    evidence = await instance.probe(Math.min(probeTimeoutMs, Math.ceil(leftMs)), signal);
    if (evidence.passed && instance.isRunning()) return { healthy: true, why: "healthy", evidence };
    await Promise.race([instance.ended, pause(probePauseMs, signal)]);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(port|commit)\}/g, (_whole, name: string) => values[name] ?? "");
}

/** The working directory, which may not lead out of the release's tree through a link. */
function workDir(tree: string, dir: string): string {
  const root = realpathSync(tree);
  const path = realpathSync(join(root, dir));
  if (path !== root && !path.startsWith(root + sep))
    throw new Error(`the directory "${dir}" leads out of the release`);
  return path;
}

function describeExit({ exitCode, signal, notStarted }: ProgramExit): string {
  if (notStarted === "ENOENT") return "could not start: no such program";
  if (notStarted !== undefined) return `could not start: ${notStarted}`;
  return exitCode === undefined ? `was ended by ${signal ?? "a signal"}` : `exited with code ${exitCode}`;
}

/** Finds a port on 127.0.0.1 that nobody has now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(new Error("The system gave no port."));
      });
    });
  });
}
