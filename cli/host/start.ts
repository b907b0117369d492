import type { ErrorParams } from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import { connectPartWorker } from "../place/connection.ts";
import type { PartStart } from "../supervisor/part-protocol.ts";
import { runHost, type HostOptions } from "./worker.ts";

/** The host part inside the supervisor's own process. */
export interface RunningHost {
  /** Tells on the feed how the parts are; never throws. */
  tell(code: string, params: ErrorParams): void;
  stop(): Promise<void>;
}

/** Starts the host part. @throws what connecting fails with */
export async function startHost(
  options: PartStart & { readonly log: Logger } & Pick<HostOptions, "runtime">,
): Promise<RunningHost> {
  const stop = new AbortController();
  const bus = await connectPartWorker("host", "host", options, options.log);
  const running = runHost({ ...options, bus, instance: "host", signal: stop.signal }).catch(
    (error: unknown) => options.log.error({ err: error }, "the host part ended"),
  );
  return {
    tell: (code, params) => bus.tell({ source: "host", kind: "health", atMs: Date.now(), code, params }),
    stop: async () => {
      stop.abort();
      await running;
      await bus[Symbol.asyncDispose]();
    },
  };
}
