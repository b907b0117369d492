import type { Logger } from "../../bus/kernel/log.ts";
import type { FlowReader, StoredRecord } from "../../bus/ports/flow-log.ts";
import type { ViewReader } from "./reader.ts";
import type { ViewWriter } from "./writer.ts";

const maxBatch = 2_000;
/** How long records wait for more, so that a flow that moves fast is written once; a question does not wait. */
const gatherMs = 100;

/** Keeps the read model behind the log by a few milliseconds, and rebuilds it when the store is another one. */
export function createViewFollower(flows: FlowReader, reader: ViewReader, writer: ViewWriter, log: Logger) {
  let appliedSeq = 0;
  let storeId = "";
  let reading = new AbortController();
  let flushNow: () => void = () => undefined;
  const waiters = new Set<{ seq: number; done: () => void }>();

  function moved(seq: number): void {
    appliedSeq = seq;
    for (const waiter of waiters) {
      if (waiter.seq > appliedSeq) continue;
      waiters.delete(waiter);
      waiter.done();
    }
  }

  function isOther(
    extent: { storeId: string; lastSeq: number },
    known: { storeId: string; seq: number },
  ): boolean {
    return known.storeId !== extent.storeId || known.seq > extent.lastSeq;
  }

  async function begin(): Promise<void> {
    const extent = await flows.extent();
    const known = reader.progress();
    storeId = extent.storeId;
    if (!isOther(extent, known)) return moved(known.seq);
    if (known.seq > 0) log.warn({ known, extent }, "another store, the read model is built anew");
    writer.clear(storeId);
    moved(0);
  }

  /** Applies what arrives together in one transaction, without holding up the reading. */
  async function read(until: AbortSignal): Promise<void> {
    let batch: StoredRecord[] = [];
    let failure: { readonly error: unknown } | undefined;
    const flush = (): void => {
      const ready = batch;
      batch = [];
      const last = ready.at(-1);
      if (!last || failure || until.aborted) return;
      try {
        writer.apply(ready, storeId);
        moved(last.seq);
      } catch (error) {
        // Thrown by the loop below, not out of a timer's callback.
        failure = { error };
        reading.abort();
      }
    };
    let timer: NodeJS.Timeout | undefined;
    flushNow = () => {
      clearTimeout(timer);
      timer = undefined;
      flush();
    };
    for await (const stored of flows.follow(appliedSeq + 1, until)) {
      batch.push(stored);
      if (batch.length >= maxBatch) flushNow();
      else timer ??= setTimeout(flushNow, waiters.size > 0 ? 0 : gatherMs);
    }
    flushNow();
    if (failure) throw failure.error;
  }

  return {
    /** Reads the log until the signal. @throws where a record cannot be shown */
    async run(signal: AbortSignal): Promise<void> {
      do {
        reading = new AbortController();
        await begin();
        await read(AbortSignal.any([signal, reading.signal]));
      } while (reading.signal.aborted && !signal.aborted);
    },

    /** Looks whether the log is still the one that was read, and begins anew where it is not. */
    async check(): Promise<void> {
      if (storeId !== "" && isOther(await flows.extent(), { storeId, seq: appliedSeq })) reading.abort();
    },

    /** Resolves when everything that is in the log now is in the read model, or after the limit. */
    async catchUp(limitMs = 2_000): Promise<void> {
      const { lastSeq } = await flows.extent();
      flushNow();
      if (appliedSeq >= lastSeq) return;
      await new Promise<void>((resolve) => {
        const waiter = { seq: lastSeq, done: resolve };
        waiters.add(waiter);
        setTimeout(() => (waiters.delete(waiter), resolve()), limitMs).unref();
      });
    },
  };
}
