import { DockfraError, invalidInput, unavailable } from "../../bus/kernel/errors.ts";
import { silentLogger, type Logger } from "../../bus/kernel/log.ts";

/** Reads which bus of the user's own to use, and makes sure that it keeps the roles apart. @throws `servers_incomplete`, `servers_down`, and what the probe finds */
export async function readExternal(
  { servers, creds }: { readonly servers?: string; readonly creds?: string },
  prefix: string,
  log: Logger = silentLogger,
): Promise<{ servers: string; credsDir: string } | undefined> {
  if (servers === undefined && creds === undefined) return undefined;
  if (servers === undefined || creds === undefined)
    throw invalidInput(
      "servers_incomplete",
      `A bus of your own needs both --servers and --creds. "dockfra bus config --creds DIR" makes its accounts and credentials.`,
    );
  const [{ probeServer }, { readKeys }] = await Promise.all([
    import("../../bus/server/external.ts"),
    import("../../bus/server/keys.ts"),
  ]);
  try {
    await probeServer({ servers, prefix, keys: await readKeys(creds), log });
  } catch (error) {
    if (error instanceof DockfraError && error.code === "bus_down")
      throw unavailable(
        "servers_down",
        `No NATS server answers at ${servers}. Start it, or mend the address after --servers.`,
        { params: { servers }, cause: error },
      );
    throw error;
  }
  return { servers, credsDir: creds };
}
