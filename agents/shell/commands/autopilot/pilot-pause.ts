import { performAs } from "../../answers.ts";
import type { RunCommand } from "../../command.ts";
import { PilotState } from "../../messages.ts";

/** `pilot-pause`. */
export const pilotPause: RunCommand = async ({ door, screen }, { words }) => {
  const reason = words.join(" ").trim();
  const state = await performAs(door, "pilot-pause", reason === "" ? {} : { reason }, PilotState);
  if (screen.json) return screen.data({ ok: true, ...state });
  screen.line("The autopilot is paused: what it is asked waits for a person, until pilot-resume.");
};

/** `pilot-resume`. */
export const pilotResume: RunCommand = async ({ door, screen }) => {
  const state = await performAs(door, "pilot-resume", {}, PilotState);
  if (screen.json) return screen.data({ ok: true, ...state });
  screen.line("The autopilot decides again. What waited meanwhile begins with: pilot-run");
};
