import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "../../bus/kernel/log.ts";
import type { Principal, Worker } from "../../bus/messages/principals.ts";
import { connectClient, connectCore, connectWorker, type BusOptions } from "../../bus/nats/connect.ts";
import type { ClientBus, CoreBus, WorkerBus } from "../../bus/ports/bus.ts";
import { findNatsServer } from "../../bus/server/find.ts";
import { keysDir, readKeys, type PrincipalKeys } from "../../bus/server/keys.ts";
import { startNatsServer, type NatsProcess } from "../../bus/server/process.ts";

/** A real nats-server on a root of its own. */
export interface NatsFixture extends AsyncDisposable {
  readonly root: string;
  readonly prefix: string;
  readonly keys: PrincipalKeys;
  server(): NatsProcess;
  /** Kills the server with SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port and store. */
  restart(): Promise<void>;
  options(principal: Principal): BusOptions;
  core(ackWaitMs?: number, instance?: string): Promise<CoreBus>;
  worker(worker: Worker, instance?: string): Promise<WorkerBus>;
  client(principal: Principal): Promise<ClientBus>;
}

/** Finds the nats-server of this machine, which the set-up put there. */
export async function natsBinary(): Promise<string> {
  const found = await findNatsServer();
  if (!found) throw new Error('No nats-server on this machine. Run "make setup".');
  return found.path;
}

/** Starts a nats-server below a new directory. */
export async function startNats(prefix = "test"): Promise<NatsFixture> {
  const binary = await natsBinary();
  const root = await mkdtemp(join(tmpdir(), "dockfra-nats-"));
  const start = (port: number): Promise<NatsProcess> =>
    startNatsServer({ binary, root, prefix, port, log: silentLogger });
  let server = await start(0);
  const keys = await readKeys(keysDir(root));
  const options = (principal: Principal): BusOptions => ({
    servers: server.url,
    prefix,
    seed: keys[principal].seed,
    log: silentLogger,
  });
  return {
    root,
    prefix,
    keys,
    server: () => server,
    async kill() {
      process.kill(server.pid, "SIGKILL");
      await server.exited;
    },
    async restart() {
      server = await start(server.port);
    },
    options,
    core: (ackWaitMs = 30_000, instance = "core-1") =>
      connectCore({ ...options("orchestrator"), instance, ackWaitMs }),
    worker: (worker, instance = `${worker}-1`) => connectWorker({ ...options(worker), worker, instance }),
    client: (principal) => connectClient({ ...options(principal), principal }),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}
