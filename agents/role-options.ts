import type { Logger } from "../bus/kernel/log.ts";
import type { WorkerBus } from "../bus/ports/bus.ts";

/** What every role is started with. */
export interface RoleOptions {
  readonly bus: WorkerBus;
  /** `<root>/dockfra`, absolute. */
  readonly stateDir: string;
  /** The user's project, absolute; a role reads its `dockfra.yaml` there and changes nothing. */
  readonly root: string;
  /** Name of this instance, the same over restarts; one path component and one subject token. */
  readonly instance: string;
  readonly log: Logger;
  /** Ends the role: what is in hand is handed back. */
  readonly signal: AbortSignal;
}
