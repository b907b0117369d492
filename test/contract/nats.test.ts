import { startNats } from "../bus/nats-fixture.ts";
import { busContract } from "./suites/bus-contract.ts";

const ackWaitMs = 1_500;

busContract("nats", async () => {
  const nats = await startNats("contract");
  // the queues of workers and clients are there before the first of them connects
  const first = await nats.core(ackWaitMs);
  await first[Symbol.asyncDispose]();
  return {
    prefix: nats.prefix,
    ackWaitMs,
    core: () => nats.core(ackWaitMs),
    worker: (worker, instance) => nats.worker(worker, instance),
    client: (principal) => nats.client(principal),
    close: async () => nats[Symbol.asyncDispose](),
  };
});
