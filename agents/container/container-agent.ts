import { join } from "node:path";
import type { Logger } from "../../bus/kernel/log.ts";
import type { Role } from "../../bus/messages/principals.ts";
import type { WorkerBus } from "../../bus/ports/bus.ts";
import { serveDoor } from "../door/server.ts";
import type { Operations } from "../door/operations.ts";
import { tellAlive } from "./alive.ts";
import { shellUid, type ContainerPlace } from "./place.ts";
import { keepSshd } from "./sshd-keeper.ts";

export interface ContainerServiceOptions {
  readonly role: Role;
  readonly bus: WorkerBus;
  readonly operations: Operations;
  readonly place: ContainerPlace;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Does until the signal what an agent does beside its commands where it has a container: sshd, the door, the sign of life. */
export async function serveContainer(options: ContainerServiceOptions): Promise<void> {
  const { role, bus, operations, place, log, signal } = options;
  await Promise.all([
    serveDoor({
      path: join(place.doorDir, "door.sock"),
      groupId: shellUid,
      bus,
      operations,
      log,
      signal,
    }),
    tellAlive({ bus, dir: place.doorDir, log, signal }),
    keepSshd({
      place,
      log,
      signal,
      tell: (code, params) =>
        bus.tell({ source: role, kind: "health", atMs: Date.now(), code, params: { role, ...params } }),
    }),
  ]);
}
