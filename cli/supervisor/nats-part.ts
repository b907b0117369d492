import { setTimeout as sleep } from "node:timers/promises";
import { toErrorInfo } from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import { startNatsServer, type NatsProcess } from "../../bus/server/process.ts";
import { stateDirOf } from "../place/root.ts";
import { createBackoff } from "./backoff.ts";
import { watchDisk } from "./disk-watch.ts";

export interface NatsPartOptions {
  readonly binary: string;
  readonly root: string;
  readonly prefix: string;
  readonly port: number;
  readonly log: Logger;
  /** Called at each start; must not throw. */
  readonly onStarted: (server: NatsProcess) => void;
  /** Called when it died, or could not be started again; must not throw. */
  readonly onDown: (how: string, delayMs: number) => void;
  /** Called when the disk of the store is full; must not throw. */
  readonly onFull: (freeMb: number) => void;
}

/** The embedded server, kept running on the same port until it is stopped. */
export interface NatsPart {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the embedded server and keeps it running. @throws what the first start fails with */
export async function startNatsPart(options: NatsPartOptions): Promise<NatsPart> {
  const stopping = new AbortController();
  let server = await startNatsServer({ ...options, ownGroup: true });
  const { url, port } = server;
  options.onStarted(server);
  // A server that could not write stays broken when there is room again: it is started anew.
  const watching = watchDisk(stateDirOf(options.root), {
    signal: stopping.signal,
    onFull: options.onFull,
    onRoom: () => server.stop(),
    log: options.log,
  });
  const keeping = keep();

  async function keep(): Promise<void> {
    const backoff = createBackoff();
    let how = describeExit(await server.exited);
    while (!stopping.signal.aborted) {
      const delayMs = backoff.nextDelayMs();
      options.onDown(how, delayMs);
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      try {
        server = await startNatsServer({ ...options, port, ownGroup: true });
      } catch (error) {
        how = toErrorInfo(error).message;
        continue;
      }
      options.onStarted(server);
      const startedMs = Date.now();
      how = describeExit(await server.exited);
      if (Date.now() - startedMs > 30_000) backoff.reset();
    }
  }

  return {
    url,
    stop: async () => {
      stopping.abort();
      await server.stop();
      await keeping;
      await watching;
      // a start that was under way when the stop came
      await server.stop();
    },
  };
}

function describeExit({ code, signal }: { code: number | undefined; signal: string | undefined }): string {
  return signal === undefined ? `exit code ${code ?? "none"}` : `killed by ${signal}`;
}
