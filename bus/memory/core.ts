import { TimerFired } from "../messages/flow.ts";
import type { CoreBus } from "../ports/bus.ts";
import type { Timers } from "../ports/stores.ts";
import type { Connection } from "./connection.ts";
import type { MemoryServer } from "./server.ts";
import { decode } from "../codec.ts";
import { createDispatcher, createResultSource } from "./work.ts";

function createTimers(server: MemoryServer, connection: Connection): Timers {
  return {
    async set(timer, dueAtMs) {
      connection.assertOpen();
      server.timers.set(timer, dueAtMs);
    },
    async cancel(flow, name) {
      connection.assertOpen();
      server.timers.cancel(flow, name);
    },
    async takeFired(options, handle) {
      connection.assertOpen();
      const reading = {
        queue: server.fired,
        streamOf: () => server.subjects.streams.timers,
        read: (_subject: string, body: string) => decode(body, TimerFired, "timer"),
      };
      await server.consume(reading, { ...options, signal: connection.until(options.signal) }, handle);
    },
  };
}

/** Makes an orchestrator's view of the bus. */
export function createCoreBus(server: MemoryServer, connection: Connection): CoreBus {
  const { flows } = server;
  return {
    ...connection,
    ...createDispatcher(server, connection),
    ...createResultSource(server, connection),
    flows: {
      ...flows,
      async append(record, options) {
        connection.assertOpen();
        return flows.append(record, options);
      },
      follow: (fromSeq, signal) => flows.follow(fromSeq, connection.until(signal)),
    },
    timers: createTimers(server, connection),
    artifacts: server.artifacts,
    settings: server.settings,
    dead: server.dead,
    async serveIntents(handle, signal) {
      connection.assertOpen();
      await server.intents.serveIntents(handle, connection.until(signal));
    },
    tell: (entry) => server.feed.tell("orchestrator", entry),
    watchFeed: (onEntry, signal) => server.feed.watch("orchestrator", onEntry, connection.until(signal)),
    readFeed: (options) => server.feed.readFeed(options),
    beat: (heartbeat) => server.heartbeats.beat({ part: "orchestrator" }, heartbeat),
    watchHeartbeats: (onBeat, signal) => server.heartbeats.watch(onBeat, connection.until(signal)),
    serverInfo: async () => ({ version: "memory", sync: "none" }),
  };
}
