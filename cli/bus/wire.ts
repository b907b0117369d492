import { createLogger } from "../../bus/kernel/log.ts";
import type { Principal } from "../../bus/messages/principals.ts";
import { openWire, type Wire } from "../../bus/nats/connection.ts";
import { readKey } from "../../bus/server/keys.ts";
import type { BusPlace } from "../place/connection.ts";

/** Opens a bare connection as any principal whose key this user can read. @throws `seed_missing`, `bus_down`, `bus_key_refused` */
export async function openWireAs(
  principal: Principal,
  { servers, credsDir, prefix }: BusPlace,
): Promise<Wire> {
  const { seed } = await readKey(credsDir, principal);
  const log = createLogger("cli", process.env["DOCKFRA_LOG"] ?? "silent");
  return openWire({ servers, prefix, principal, seed, log, name: `${prefix}-cli`, firstTimeoutMs: 5_000 });
}
