import type { NatsConnection } from "@nats-io/nats-core";
import type { Logger } from "../kernel/log.ts";

/** What goes with a message beside its body. */
export type SendOptions = NonNullable<Parameters<NatsConnection["publish"]>[2]>;

/** Gathers what is published in one turn of the event loop into one write to the socket; the order stays. */
export interface Outbox {
  publish(subject: string, body: Uint8Array | string, options?: SendOptions): void;
  /** Hands over what waits, before the connection is flushed or closed. */
  flush(): void;
}

/** Makes the outbox of one connection; what waits when the connection closes is lost, as what its socket had would be. */
export function createOutbox(nc: Pick<NatsConnection, "publish" | "isClosed">, log: Logger): Outbox {
  let waiting: { subject: string; body: Uint8Array | string; options: SendOptions | undefined }[] = [];

  function flush(): void {
    const ready = waiting;
    waiting = [];
    for (const { subject, body, options } of ready) {
      if (nc.isClosed()) return;
      try {
        nc.publish(subject, body, options);
      } catch (error) {
        log.error({ err: error, subject }, "a message could not be sent");
      }
    }
  }

  return {
    publish(subject, body, options) {
      // bytes at once: encoding by Buffer costs a third of the client's own
      const bytes = typeof body === "string" ? Buffer.from(body) : body;
      if (waiting.push({ subject, body: bytes, options }) === 1) setImmediate(flush);
    },
    flush,
  };
}
