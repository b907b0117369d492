import type { RoleOptions } from "../role-options.ts";
import type { Handlers } from "../runtime/handlers.ts";
import { createReview } from "./review.ts";
import { createTriage } from "./triage.ts";

/** The manager's commands. */
export function managerHandlers({ client, root }: RoleOptions): Handlers {
  return { "manager.triage": createTriage(client), "manager.review": createReview({ client, root }) };
}
