import type { Logger } from "../../bus/kernel/log.ts";
import { admitOnly, openDoor, type Bridge, type Door } from "./bus-door.ts";

/** The ways from the containers to this machine: to the bus, and to the page. */
export interface Doors {
  /** Name or address of this machine for a container. */
  readonly host: string;
  readonly bus: Door;
  readonly page: Door;
  close(): Promise<void>;
}

/** Opens the doors on the bridge's address; where that is not of this machine, on loopback, which the engine's virtual machine reaches. */
export async function openDoors(bridge: Bridge, log: Logger): Promise<Doors> {
  const onBridge = { address: bridge.gateway, mayPass: admitOnly(bridge), log };
  const bus = await openDoor(onBridge);
  if (bus !== undefined) return toDoors(bridge.gateway, bus, await require(openDoor(onBridge)));
  const onLoopback = { address: "127.0.0.1", mayPass: () => true, log };
  return toDoors(
    "host.docker.internal",
    await require(openDoor(onLoopback)),
    await require(openDoor(onLoopback)),
  );
}

function toDoors(host: string, bus: Door, page: Door): Doors {
  return { host, bus, page, close: async () => void (await Promise.all([bus.close(), page.close()])) };
}

async function require(opening: Promise<Door | undefined>): Promise<Door> {
  const door = await opening;
  if (door === undefined) throw new Error("An address of this machine could not be listened on.");
  return door;
}
