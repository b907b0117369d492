import { randomBytes } from "node:crypto";
import { execa } from "execa";
import { serveWatch } from "../../../agents/monitor/watch/serve.ts";
import { readProjectAtRoot } from "../../../agents/monitor/stack-service/project-reading.ts";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { createMemoryBus } from "../../../bus/memory/bus.ts";
import type { FeedEntry } from "../../../bus/messages/feed.ts";
import type { ClientBus } from "../../../bus/ports/bus.ts";
import type { WatchEngine } from "../../../stacks/watch/engine.ts";
import { makeScratch } from "../../support/scratch.ts";

/** A stack on the real engine with the monitor's watch beside it. */
export interface WatchedStack extends AsyncDisposable {
  /** The Compose project, and the name of the stack. */
  readonly name: string;
  readonly operator: ClientBus;
  readonly feed: readonly FeedEntry[];
  compose(...args: readonly string[]): Promise<string>;
  docker(...args: readonly string[]): Promise<string>;
  /** Waits for an entry of this stack; gives how long after its event it came. */
  heard(code: string, timeoutMs?: number): Promise<FeedEntry & { readonly heardAtMs: number }>;
}

export interface WatchedStackOptions {
  readonly services: string;
  readonly env?: string;
  readonly open?: (signal: AbortSignal) => Promise<WatchEngine>;
}

/** Makes a stack of the given services, not started yet. */
export async function watchStack({ services, env, open }: WatchedStackOptions): Promise<WatchedStack> {
  const scratch = await makeScratch();
  const name = `dfw-${randomBytes(3).toString("hex")}`;
  await scratch.write("compose.yml", `name: ${name}\nservices:\n${services}`);
  if (env !== undefined) await scratch.write("dockfra/.env", env);
  const bus = createMemoryBus();
  const end = new AbortController();
  const feed: (FeedEntry & { heardAtMs: number })[] = [];
  const operator = bus.client("operator");
  const stateDir = scratch.path("dockfra");
  const running = Promise.all([
    operator.watchFeed((entry) => feed.push({ ...entry, heardAtMs: Date.now() }), end.signal),
    serveWatch({
      bus: bus.worker("monitor", "m"),
      source: { read: () => readProjectAtRoot(scratch.dir, stateDir) },
      ...{ stateDir, log: silentLogger, signal: end.signal },
      ...(open ? { open } : {}),
    }),
  ]);
  const docker = async (...args: readonly string[]): Promise<string> =>
    (await execa("docker", args, { stdin: "ignore", timeout: 60_000 })).stdout;
  const compose = (...args: readonly string[]): Promise<string> =>
    docker("compose", "--project-directory", scratch.dir, "-f", scratch.path("compose.yml"), ...args);
  // names are known and the engine is found
  await operator.question("monitor.services", {});
  return {
    ...{ name, operator, feed, compose, docker },
    async heard(code, timeoutMs = 15_000) {
      const untilMs = Date.now() + timeoutMs;
      for (;;) {
        const entry = feed.find((one) => one.code === code && (one.params["stack"] ?? name) === name);
        if (entry) return entry;
        if (Date.now() > untilMs)
          throw new Error(`never heard ${code}; but ${feed.map((one) => one.code).join(", ")}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async [Symbol.asyncDispose]() {
      await compose("down", "--volumes", "--timeout", "0").catch(() => undefined);
      end.abort();
      await running;
      await bus[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    },
  };
}
