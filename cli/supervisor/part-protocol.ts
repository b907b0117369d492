import { z } from "zod";
import type { ContainerPlace } from "../../agents/container/place.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import { ErrorInfo } from "../../bus/messages/error-info.ts";

/** What a part is told once there is a bus to join. */
export const PartStart = z.object({
  servers: z.string(),
  credsDir: z.string(),
  prefix: z.string(),
  root: z.string(),
  stateDir: z.string(),
});
export type PartStart = z.infer<typeof PartStart>;

/** What a part tells the supervisor over its channel. */
export const PartMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("failed"), error: ErrorInfo }),
]);
export type PartMessage = z.infer<typeof PartMessage>;

/** Everything that a part's own code gets. */
export interface PartContext extends PartStart {
  readonly log: Logger;
  readonly instance: string;
  readonly signal: AbortSignal;
  /** Where things are, for a role in a container of its own. */
  readonly container?: ContainerPlace;
  /** To be called each time the part has what it needs to work. */
  readonly ready: () => void;
}
