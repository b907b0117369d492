import { createMemoryBus } from "../../bus/memory/bus.ts";
import { busContract } from "./suites/bus-contract.ts";

busContract("memory", async () => {
  const bus = createMemoryBus({ prefix: "contract", ackWaitMs: 1_500 });
  return {
    prefix: bus.prefix,
    ackWaitMs: bus.ackWaitMs,
    core: async () => bus.core(),
    worker: async (worker, instance) => bus.worker(worker, instance),
    client: async (principal) => bus.client(principal),
    close: async () => bus[Symbol.asyncDispose](),
  };
});
