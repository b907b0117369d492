import { Heartbeat } from "../messages/commands.ts";
import type { Worker } from "../messages/principals.ts";
import { aborted } from "./connection.ts";
import { carry } from "../codec.ts";

/** Carries heartbeats to whoever watches; nothing is kept. */
export interface Heartbeats {
  /** Passes on a beat whose part and instance are the sender's own; drops any other. */
  beat(sender: { part: Worker | "orchestrator"; instance?: string }, heartbeat: Heartbeat): void;
  watch(onBeat: (heartbeat: Heartbeat) => void, signal: AbortSignal): Promise<void>;
}

/** Makes the heartbeats of one memory bus. */
export function createHeartbeats(): Heartbeats {
  const watchers = new Set<(heartbeat: Heartbeat) => void>();
  return {
    beat({ part, instance }, heartbeat) {
      const parsed = Heartbeat.safeParse(heartbeat);
      if (!parsed.success || parsed.data.part !== part) return;
      if (instance !== undefined && parsed.data.instance !== instance) return;
      for (const watcher of watchers) setImmediate(watcher, carry(parsed.data, "heartbeat"));
    },
    async watch(onBeat, signal) {
      const watcher = (heartbeat: Heartbeat) => {
        if (!signal.aborted) onBeat(heartbeat);
      };
      watchers.add(watcher);
      await aborted(signal);
      watchers.delete(watcher);
    },
  };
}
