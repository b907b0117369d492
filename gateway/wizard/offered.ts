import { notFound } from "../../bus/kernel/errors.ts";
import { followJob } from "./follow.ts";
import { offer } from "./offers.ts";
import type { Action } from "./reply.ts";

/** `run_suggested_cmd::<id>`: does what a button was made for, once. */
const runOffer: Action = async (context) => {
  const { services, args, actor, say, t, buttons } = context;
  const found = services.pendingActions.take(args[0] ?? "", actor.id);
  if (found === undefined)
    throw notFound("offer_forgotten", "This was done already, or offered more than ten minutes ago.");
  if (found.ask === undefined)
    return followJob(context, await services.jobs.begin(found.action, found.actor));
  say(found.ask);
  buttons([
    offer(context, t("wizard.button.do_it"), found.action),
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
};

/** Runs what was offered. */
export const offerActions: Readonly<Record<string, Action>> = { run_suggested_cmd: runOffer };
