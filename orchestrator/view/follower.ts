import type { Logger } from "../../bus/kernel/log.ts";
import type { FlowReader, StoredRecord } from "../../bus/ports/flow-log.ts";
import type { ViewReader } from "./reader.ts";
import type { ViewWriter } from "./writer.ts";

const maxBatch = 500;

/** Keeps the read model behind the log by a few milliseconds, and rebuilds it when the store is another one. */
export function createViewFollower(flows: FlowReader, reader: ViewReader, writer: ViewWriter, log: Logger) {
  let appliedSeq = 0;
  let storeId = "";
  const waiters = new Set<{ seq: number; done: () => void }>();
  const moved = (seq: number) => {
    appliedSeq = Math.max(appliedSeq, seq);
    for (const waiter of waiters) {
      if (waiter.seq > appliedSeq) continue;
      waiters.delete(waiter);
      waiter.done();
    }
  };

  return {
    /** Reads the log until the signal; batches what arrives together. */
    async run(signal: AbortSignal): Promise<void> {
      const extent = await flows.extent();
      const known = reader.progress();
      storeId = extent.storeId;
      if (known.storeId !== storeId || known.seq > extent.lastSeq) {
        if (known.seq > 0) log.warn({ known, extent }, "another store, the read model is built anew");
        writer.clear(storeId);
      } else moved(known.seq);
      let batch: StoredRecord[] = [];
      const flush = () => {
        const ready = batch;
        batch = [];
        const last = ready.at(-1);
        if (!last) return;
        writer.apply(ready, storeId);
        moved(last.seq);
      };
      for await (const stored of flows.follow(appliedSeq + 1, signal)) {
        if (batch.length === 0) setImmediate(flush);
        batch.push(stored);
        if (batch.length >= maxBatch) flush();
      }
      flush();
    },

    /** Resolves when everything that is in the log now is in the read model, or after the limit. */
    async catchUp(limitMs = 2_000): Promise<void> {
      const { lastSeq } = await flows.extent();
      if (appliedSeq >= lastSeq) return;
      await new Promise<void>((resolve) => {
        const waiter = { seq: lastSeq, done: resolve };
        waiters.add(waiter);
        setTimeout(() => (waiters.delete(waiter), resolve()), limitMs).unref();
      });
    },
  };
}
export type ViewFollower = ReturnType<typeof createViewFollower>;
