import { encode, parseMessage } from "../codec.ts";
import { Envelope, toEnvelope } from "../messages/envelope.ts";
import { TimerFired } from "../messages/flow.ts";
import type { Timers } from "../ports/stores.ts";
import type { Subjects } from "../subjects.ts";
import type { Wire } from "./connection.ts";
import { consume, readJson, type Letter } from "./consume.ts";
import { refused, toHeaders, type JetStreamApi } from "./jetstream-api.ts";
import { consumerNames } from "./streams.ts";

/** How long a fired timer waits for an orchestrator. */
const firedTtl = "168h";

/** Keeps timers as message schedules: one per flow and name, a new one replaces the old. */
export function createTimers(
  wire: Wire,
  api: JetStreamApi,
  subjects: Subjects,
  bury: (letter: Letter) => Promise<void>,
): Timers {
  const stream = subjects.streams.timers;
  return {
    async set(timer, dueAtMs) {
      const fired = parseMessage(TimerFired, timer, "timer");
      const subject = subjects.timer(fired.flow, fired.name);
      const headers = toHeaders({
        "Nats-Schedule": `@at ${new Date(dueAtMs).toISOString()}`,
        "Nats-Schedule-Target": subjects.fired(fired.flow),
        "Nats-Schedule-TTL": firedTtl,
      });
      const result = await api.store(subject, encode(toEnvelope("timer.fired", fired), "timer"), headers);
      if (!result.ok) throw refused(`timer ${fired.name}`, result.refusal);
    },
    async cancel(flow, name) {
      const result = await api.call(`STREAM.PURGE.${stream}`, { filter: subjects.timer(flow, name) });
      if (!result.ok) throw refused(`cancelling timer ${name}`, result.refusal);
    },
    takeFired(options, handle) {
      const read = (_subject: string, body: Uint8Array) => {
        const envelope = parseMessage(Envelope, readJson(body, "timer"), "timer");
        return { envelope, message: parseMessage(TimerFired, envelope.data, "timer") };
      };
      const queues = [{ stream, consumer: consumerNames.orchestrator }];
      return consume({ wire, apiPrefix: "$JS.API", queues, read, bury }, options, handle);
    },
  };
}
