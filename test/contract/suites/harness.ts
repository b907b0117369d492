import { afterAll, afterEach, beforeAll } from "vitest";
import type { Principal, Worker } from "../../../bus/messages/principals.ts";
import type { ClientBus, CoreBus, WorkerBus } from "../../../bus/ports/bus.ts";

/** One installation of a bus under test; each call opens a connection of its own. */
export interface BusHarness {
  /** The prefix of its subjects. */
  readonly prefix: string;
  /** How long its work queues wait for an ack; some seconds keep the suite quick, less makes it frail. */
  readonly ackWaitMs: number;
  core(): Promise<CoreBus>;
  worker(worker: Worker, instance: string): Promise<WorkerBus>;
  client(principal: Principal): Promise<ClientBus>;
  close(): Promise<void>;
}

/** Starts an empty installation. */
export type BusFactory = () => Promise<BusHarness>;

/** The harness as one suite uses it: what a test opens and runs is ended after the test. */
export interface BusUnderTest extends Omit<BusHarness, "close"> {
  /** Ends with the test. */
  readonly signal: AbortSignal;
  /** Runs something that lasts until the signal; its failure fails the test. */
  run(task: Promise<unknown>): void;
}

/** Starts one installation for the suite around it. */
export function useBus(factory: BusFactory): BusUnderTest {
  let harness: BusHarness | undefined;
  let life = new AbortController();
  let tasks: Promise<unknown>[] = [];
  let opened: AsyncDisposable[] = [];
  const started = (): BusHarness => {
    if (!harness) throw new Error("The bus under test has not been started.");
    return harness;
  };
  const track = <T extends AsyncDisposable>(bus: T): T => {
    opened.push(bus);
    return bus;
  };

  beforeAll(async () => {
    harness = await factory();
  }, 60_000);
  afterEach(async () => {
    life.abort();
    const ended = await Promise.allSettled(tasks);
    for (const bus of opened) await bus[Symbol.asyncDispose]();
    [tasks, opened, life] = [[], [], new AbortController()];
    for (const task of ended) if (task.status === "rejected") throw task.reason;
  }, 60_000);
  afterAll(async () => harness?.close(), 60_000);

  return {
    get prefix() {
      return started().prefix;
    },
    get ackWaitMs() {
      return started().ackWaitMs;
    },
    get signal() {
      return life.signal;
    },
    core: async () => track(await started().core()),
    worker: async (worker, instance) => track(await started().worker(worker, instance)),
    client: async (principal) => track(await started().client(principal)),
    run(task) {
      // Handled here so that a failure waits for the end of the test.
      task.catch(() => undefined);
      tasks.push(task);
    },
  };
}
