import { performAs } from "../../answers.ts";
import type { RunCommand } from "../../command.ts";
import { PilotRound } from "../../messages.ts";
import { printableLine } from "../../../../terminal/printable.ts";

/** `pilot-run`. */
export const pilotRun: RunCommand = async ({ door, screen, signal }) => {
  const round = await performAs(door, "pilot-run", {}, PilotRound, { signal });
  if (screen.json) return screen.data({ ok: true, ...round });
  screen.line(round.begun.length === 0 ? "Nothing to begin." : `Begun: ${round.begun.join(", ")}`);
  for (const { ticket, reason } of round.waiting)
    screen.line(`  ${screen.paint("bold", ticket)}  ${printableLine(reason)}`);
};
