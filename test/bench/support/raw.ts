import { newId } from "../../../bus/kernel/ids.ts";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { openWire } from "../../../bus/nats/connection.ts";
import { createJetStreamApi, toHeaders } from "../../../bus/nats/jetstream-api.ts";
import { createSubjects } from "../../../bus/subjects.ts";
import { startNats } from "../../bus/nats-fixture.ts";

/** Publishes per second into a FLOWS stream of the same configuration, with nothing around it. */
export interface RawFigures {
  readonly bodyBytes: number;
  /** One message after the other. */
  readonly single1: number;
  /** Single publishes, 32 in flight. */
  readonly single32: number;
  /** Atomic batches of 100, one in flight. */
  readonly batch100: number;
}

/** Measures what the server itself gives for messages of this size. */
export async function measureRaw(bodyBytes: number, seconds = 2): Promise<RawFigures> {
  await using nats = await startNats("raw");
  await using core = await nats.core();
  await core.flows.extent();
  await using wire = await openWire({
    ...nats.options("orchestrator"),
    principal: "orchestrator",
    name: "raw",
    log: silentLogger,
    firstTimeoutMs: 5_000,
  });
  const api = createJetStreamApi(wire);
  const subjects = createSubjects(nats.prefix);
  const body = new Uint8Array(bodyBytes).fill(120);
  const subject = (): string => subjects.flow({ kind: "ticket", id: newId() });
  const expected = { "Nats-Expected-Last-Subject-Sequence": "0" };

  async function store(headers: Record<string, string>): Promise<void> {
    const result = await api.store(subject(), body, toHeaders(headers), 30_000);
    if (!result.ok) throw new Error(result.refusal.description);
  }
  async function batch(): Promise<void> {
    const batchId = newId();
    const at = (sequence: number): Record<string, string> => ({
      ...expected,
      "Nats-Batch-Id": batchId,
      "Nats-Batch-Sequence": String(sequence),
    });
    for (let n = 1; n < 100; n += 1) wire.publish(subject(), body, { headers: toHeaders(at(n)) });
    await store({ ...at(100), "Nats-Batch-Commit": "1" });
  }
  async function perSecond(inFlight: number, messages: number, once: () => Promise<void>): Promise<number> {
    const startMs = performance.now();
    const endMs = startMs + seconds * 1_000;
    let count = 0;
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        while (performance.now() < endMs) {
          await once();
          count += messages;
        }
      }),
    );
    return Math.round((count * 1_000) / (performance.now() - startMs));
  }
  return {
    bodyBytes,
    single1: await perSecond(1, 1, () => store(expected)),
    single32: await perSecond(32, 1, () => store(expected)),
    batch100: await perSecond(1, 100, batch),
  };
}
