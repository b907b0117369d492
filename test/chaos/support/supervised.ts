import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { PartOptions } from "./part.ts";

/** A child process that is started again whenever it dies, until it is stopped. */
export interface Supervised {
  readonly name: string;
  pid(): number | undefined;
  /** How often it was started. */
  starts(): number;
  /** Kills it with SIGKILL; it comes back by itself. */
  kill(): void;
  /** Stops its clock with SIGSTOP, as a suspended machine does, for longer than any lease; then it goes on. */
  freeze(forMs: number): Promise<void>;
  /** Ends it for good: asks, then kills. */
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL("part.ts", import.meta.url));
const restartMs = 100;
const graceMs = 5_000;

/** Starts a part and keeps it running; its log goes to a file. */
export function supervise(options: PartOptions, logFile: string): Supervised {
  const log = createWriteStream(logFile, { flags: "a" });
  let [starts, stopping] = [0, false];
  let wake: () => void = () => undefined;
  let child: { readonly pid?: number; kill(signal: NodeJS.Signals): boolean } | undefined;

  async function live(): Promise<void> {
    while (!stopping) {
      const running = execa(process.execPath, [program, JSON.stringify(options)], {
        stdin: "ignore",
        stdout: "ignore",
        stderr: "pipe",
        buffer: false,
        reject: false,
        cleanup: true,
      });
      running.stderr.pipe(log, { end: false });
      child = running;
      starts += 1;
      await running;
      child = undefined;
      if (!stopping) await new Promise<void>((resolve) => ((wake = resolve), setTimeout(resolve, restartMs)));
    }
    log.end();
    await once(log, "finish");
  }
  const life = live();

  return {
    name: options.name,
    pid: () => child?.pid,
    starts: () => starts,
    kill: () => void child?.kill("SIGKILL"),
    async freeze(forMs) {
      const frozen = child;
      frozen?.kill("SIGSTOP");
      await sleep(forMs);
      frozen?.kill("SIGCONT");
    },
    async stop() {
      stopping = true;
      wake();
      child?.kill("SIGTERM");
      const timer = setTimeout(() => child?.kill("SIGKILL"), graceMs);
      await life;
      clearTimeout(timer);
    },
  };
}
