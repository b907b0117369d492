import { DockfraError, unavailable } from "../kernel/errors.ts";
import type { Wire } from "./connection.ts";
import { busDown } from "./faults.ts";

/** Opens a bucket when it is first used, and turns the client's errors into ours. @throws bus_down, bus_store_failed */
export function createOpener<B>(
  wire: Wire,
  open: () => Promise<B>,
): <T>(use: (bucket: B) => Promise<T>) => Promise<T> {
  let opened: Promise<B> | undefined;
  return async (use) => {
    if (!wire.isUp()) throw busDown(wire.servers);
    try {
      opened ??= open();
      return await use(await opened);
    } catch (error) {
      opened = undefined;
      if (error instanceof DockfraError) throw error;
      if (!wire.isUp()) throw busDown(wire.servers, error);
      const why = error instanceof Error ? error.message : String(error);
      throw unavailable("bus_store_failed", `The bus could not read or keep it: ${why}. Try again.`, {
        params: { why },
        cause: error,
      });
    }
  };
}
