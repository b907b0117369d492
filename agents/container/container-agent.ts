import { join } from "node:path";
import type { Logger } from "../../bus/kernel/log.ts";
import type { WorkerBus } from "../../bus/ports/bus.ts";
import { serveDoor } from "../door/server.ts";
import type { Operations } from "../door/operations.ts";
import { tellAlive } from "./alive.ts";
import { shellUid, type ContainerPlace } from "./place.ts";

export interface ContainerServiceOptions {
  readonly bus: WorkerBus;
  readonly operations: Operations;
  readonly place: ContainerPlace;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Does until the signal what an agent does beside its commands where it has a container: the door, the sign of life. */
export async function serveContainer(options: ContainerServiceOptions): Promise<void> {
  const { bus, operations, place, log, signal } = options;
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
  ]);
}
