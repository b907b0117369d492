import { conflict, invalidInput } from "../../../../bus/kernel/errors.ts";
import { performAs } from "../../answers.ts";
import type { RunCommand } from "../../command.ts";
import { KeptPlan } from "../../messages.ts";
import { readPersonsFile, readWords } from "../../person.ts";
import { createPlanned, planLines } from "../../plan-lines.ts";

/** `pilot-plan`: makes a plan and keeps it; without a goal, shows the kept one. */
export const pilotPlan: RunCommand = async (context, given) => {
  const { door, screen, signal } = context;
  const path = given.value("file");
  const text =
    path === undefined
      ? await readWords("pilot-plan", context, given.words)
      : await readPersonsFile("pilot-plan", context, path);
  const plan =
    text.trim() === ""
      ? await performAs(door, "pilot-plan-show", {}, KeptPlan)
      : await performAs(door, "pilot-plan", { text }, KeptPlan, { signal });
  if (screen.json) return screen.data({ ok: true, ...plan });
  for (const line of planLines(screen, plan.tickets)) screen.line(line);
  screen.line(
    screen.paint(
      "dim",
      plan.created.length === plan.tickets.length
        ? `Created: ${plan.created.join(", ")}`
        : "Hand them in with: create-from-plan",
    ),
  );
};

/** `create-from-plan`: hands in what of the kept plan is not there yet; a repeat makes nothing twice. */
export const createFromPlan: RunCommand = async ({ role, door, screen }) => {
  const plan = await performAs(door, "pilot-plan-show", {}, KeptPlan);
  if (plan.tickets.length === 0)
    throw invalidInput("plan_empty", 'The kept plan has no tickets. Make one: pilot-plan "the goal"');
  if (plan.created.length === plan.tickets.length)
    throw conflict("plan_created", `All of the plan is handed in already: ${plan.created.join(", ")}.`, {
      params: { tickets: plan.created.join(", ") },
    });
  const created = [...plan.created];
  for (const [index, ticket] of plan.tickets.entries()) {
    if (index < plan.created.length) continue;
    created.push(await createPlanned(door, role, ticket, `plan.${plan.atMs}.${index}`));
    await door.perform("pilot-plan-created", { atMs: plan.atMs, created });
  }
  if (screen.json) return screen.data({ ok: true, created });
  screen.line(`Created ${created.join(", ")}`);
};
