import type { CommandInput, CommandOutput } from "../../bus/messages/commands.ts";
import type { Handler } from "../runtime/handlers.ts";
import type { Pause, PilotStore } from "./pilot-state.ts";

const maxReworks = 1;

/** Decides by rules, within the ticket's level of autonomy, and says why in one sentence. */
export function decide(
  { ticket, question, reworks }: CommandInput<"autopilot.decide">,
  pause?: Pause,
): CommandOutput<"autopilot.decide"> {
  const { id, autonomy, author } = ticket;
  if (pause?.paused) {
    const why = pause.reason === undefined ? "" : ` (${pause.reason.slice(0, 300)})`;
    return { decision: "wait", reason: `${id} waits for a person, because the autopilot is paused${why}.` };
  }
  if (autonomy === "manual")
    return { decision: "wait", reason: `${id} waits for a person, because its level is manual.` };
  if (!author.trusted)
    return {
      decision: "wait",
      reason: `${id} waits for a person, because its author ${author.id} has no write access to the project.`,
    };
  if (question === "assign")
    return {
      decision: "go",
      reason: `${id} goes to the developer, because its level is ${autonomy} and its author is trusted.`,
    };
  if (autonomy !== "autonomous")
    return {
      decision: "wait",
      reason: `${id} waits for an approval, because a deploy and a merge ask a person at the level ${autonomy}.`,
    };
  if (reworks > maxReworks)
    return {
      decision: "wait",
      reason: `${id} waits for a person, because it was sent back ${reworks} times.`,
    };
  return {
    decision: "go",
    reason: `${id} may be deployed and merged, because its level is autonomous, its author is trusted and its review approves it.`,
  };
}

/** Makes the handler that decides and tells the feed why; while it is paused, everything waits. */
export function createDecide(store?: Pick<PilotStore, "pause">): Handler<"autopilot.decide"> {
  return async (input, { decided }) => {
    const answer = decide(input, store?.pause());
    decided(
      `autopilot_${answer.decision}`,
      { ticket: input.ticket.id, question: input.question, autonomy: input.ticket.autonomy },
      answer.reason,
    );
    return answer;
  };
}
