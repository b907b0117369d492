import type { Actor } from "../../bus/messages/principals.ts";
import type { StackAction } from "../../bus/messages/stack-jobs.ts";

/** Something that a button offers; what it does stays on the server. */
export interface PendingAction {
  readonly actor: Actor;
  readonly action: StackAction;
  /** What is asked once more before it is done. */
  readonly ask?: string;
}
