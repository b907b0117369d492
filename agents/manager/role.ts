import type { RoleOptions } from "../role-options.ts";
import type { Handlers } from "../runtime/handlers.ts";
import { createReview } from "./review.ts";
import { createTriage } from "./triage.ts";

/** The manager's commands. */
export function managerHandlers({ bus, root }: RoleOptions): Handlers {
  return { "manager.triage": createTriage(bus), "manager.review": createReview({ bus, root }) };
}
