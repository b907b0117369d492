import { createLlm } from "../llm/llm.ts";
import type { RoleOptions } from "../role-options.ts";
import type { Handlers } from "../runtime/handlers.ts";
import { createReview } from "./review.ts";
import { createTriage } from "./triage.ts";

/** An opinion is worth a short wait. */
const times = { silenceMs: 45_000, answerMs: 90_000, attempts: 2, maxPauseMs: 10_000 } as const;

/** The manager's commands. */
export function managerHandlers({ client, stateDir }: RoleOptions): Handlers {
  const llm = createLlm({ client, role: "manager", stateDir, times });
  return {
    "manager.triage": createTriage({ client, opinions: { llm, client } }),
    "manager.review": createReview({ client, opinions: { llm, client } }),
  };
}
