import type { Msg } from "@nats-io/nats-core";
import type { Wire } from "./connection.ts";
import { busDenied } from "./faults.ts";

export interface ListenOptions {
  /** Shares the messages among all that listen with the same name. */
  readonly queue?: string;
}

/** Listens on a subject until the signal, then hands over what the server had sent already. @throws bus_denied */
export async function listen(
  wire: Wire,
  subject: string,
  signal: AbortSignal,
  onMessage: (message: Msg) => void,
  { queue }: ListenOptions = {},
): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve, reject) => {
    const subscription = wire.nc.subscribe(subject, {
      ...(queue ? { queue } : {}),
      callback: (error, message) => {
        if (error) {
          signal.removeEventListener("abort", onAbort);
          reject(busDenied(wire.principal, subject, error));
        } else onMessage(message);
      },
    });
    const onAbort = (): void => {
      if (!wire.isUp()) return resolve();
      void subscription.drain().then(resolve, resolve);
    };
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
