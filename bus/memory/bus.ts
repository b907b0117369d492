import { systemClock, type Clock } from "../kernel/clock.ts";
import type { Principal, Worker } from "../messages/principals.ts";
import type { ClientBus, CoreBus, WorkerBus } from "../ports/bus.ts";
import { createConnection, type Connection } from "./connection.ts";
import { createCoreBus } from "./core.ts";
import { createClientBus, createWorkerBus } from "./members.ts";
import { createMemoryServer } from "./server.ts";

export interface MemoryBusOptions {
  readonly prefix?: string;
  readonly clock?: Clock;
  /** How long a message in hand may go without an ack before it comes again. */
  readonly ackWaitMs?: number;
}

/** A whole bus in one process: every port, the same refusals, nothing on disk. */
export interface MemoryBus extends AsyncDisposable {
  readonly prefix: string;
  readonly ackWaitMs: number;
  core(): CoreBus;
  worker(worker: Worker, instance: string): WorkerBus;
  client(principal: Principal): ClientBus;
  /** Does what a kill and restart of the server does: commands and results are lost, every connection gets ready again. */
  restart(): void;
}

/** Makes an empty bus. @throws invalid_prefix */
export function createMemoryBus(options: MemoryBusOptions = {}): MemoryBus {
  const { prefix = "dockfra", clock = systemClock, ackWaitMs = 30_000 } = options;
  const server = createMemoryServer({ prefix, clock, ackWaitMs });
  const connections = new Set<Connection>();
  const connect = (): Connection => {
    const connection = createConnection((closed) => connections.delete(closed));
    connections.add(connection);
    return connection;
  };
  return {
    prefix,
    ackWaitMs,
    core: () => createCoreBus(server, connect()),
    worker: (worker, instance) => createWorkerBus(server, connect(), worker, instance),
    client: (principal) => createClientBus(server, connect(), principal),
    restart() {
      server.loseWork();
      for (const connection of connections) connection.ready();
    },
    async [Symbol.asyncDispose]() {
      for (const connection of [...connections]) await connection[Symbol.asyncDispose]();
      server.timers.clear();
      server.loseWork();
      server.fired.clear();
    },
  };
}
