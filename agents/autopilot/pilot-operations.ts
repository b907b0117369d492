import type { z } from "zod";
import { DockfraError, notFound } from "../../bus/kernel/errors.ts";
import type { FeedWriter } from "../../bus/ports/feed.ts";
import type { IntentClient } from "../../bus/ports/intents.ts";
import type { Operations } from "../door/operations.ts";
import { KeptPlan, PauseInput, type PilotRound, type PilotState } from "../shell/messages.ts";
import { makePlan } from "../shell/operations/plan.ts";
import type { ModelSource } from "../shell/operations/model.ts";
import { decide } from "./decide.ts";
import type { PilotStore } from "./pilot-state.ts";

export interface PilotOptions {
  readonly client: IntentClient;
  readonly store: PilotStore;
  readonly source: ModelSource;
  readonly tell: FeedWriter["tell"];
}

const Created = KeptPlan.pick({ atMs: true, created: true });

/** What the autopilot's agent does for its shell, which is to pause, plan, and do one round now. */
export function pilotOperations({ client, store, source, tell }: PilotOptions): Operations {
  const state = (): z.infer<typeof PilotState> => {
    const [pause, plan] = [store.pause(), store.plan()];
    return {
      paused: pause?.paused === true,
      ...(pause === undefined ? {} : { sinceMs: pause.sinceMs }),
      ...(pause?.paused === true && pause.reason !== undefined ? { reason: pause.reason } : {}),
      ...(plan === undefined
        ? {}
        : { plan: { atMs: plan.atMs, tickets: plan.tickets.length, created: plan.created } }),
    };
  };
  const decided = (code: string, text: string): void =>
    tell({
      source: "autopilot",
      kind: "decision",
      atMs: Date.now(),
      code,
      params: {},
      ...(text === "" ? {} : { text }),
    });
  const kept = (): KeptPlan => {
    const plan = store.plan();
    if (plan) return plan;
    throw notFound("plan_missing", 'No plan is kept. Make one: pilot-plan "the goal"');
  };
  return {
    "pilot-status": async () => state(),
    "pilot-pause": async (input) => {
      const { reason } = PauseInput.parse(input);
      store.setPause({ paused: true, sinceMs: Date.now(), ...(reason === undefined ? {} : { reason }) });
      decided("autopilot_paused", reason ?? "");
      return state();
    },
    "pilot-resume": async () => {
      store.setPause({ paused: false, sinceMs: Date.now() });
      decided("autopilot_resumed", "");
      return state();
    },
    "pilot-run": async (): Promise<z.infer<typeof PilotRound>> => runRound(client, store),
    "pilot-plan": async (input, context): Promise<KeptPlan> => {
      const plan = { ...(await makePlan(source, input, context)), atMs: Date.now(), created: [] };
      store.setPlan(plan);
      return plan;
    },
    "pilot-plan-show": async () => kept(),
    "pilot-plan-created": async (input) => {
      const { atMs, created } = Created.parse(input);
      const plan = kept();
      if (plan.atMs === atMs && created.length >= plan.created.length) store.setPlan({ ...plan, created });
      return store.plan();
    },
  };
}

/** Looks at every ticket that has not begun, and lets those begin that the rules let. */
async function runRound(client: IntentClient, store: PilotStore): Promise<z.infer<typeof PilotRound>> {
  const { tickets } = await client.ask("ticket.list", { state: ["open", "reopened"], limit: 1_000 });
  const begun: string[] = [];
  const waiting: { ticket: string; reason: string }[] = [];
  const pause = store.pause();
  for (const {
    id,
    title,
    description,
    priority,
    labels,
    checks,
    autonomy,
    author,
    reworks,
  } of tickets.toReversed()) {
    const ticket = { id, title, description, priority, labels, checks, autonomy, author };
    const { decision, reason } = decide({ ticket, question: "assign", reworks }, pause);
    if (decision === "wait") {
      waiting.push({ ticket: id, reason });
      continue;
    }
    try {
      await client.ask("ticket.assign", { id });
      begun.push(id);
    } catch (error) {
      // one that is still being triaged, or was taken meanwhile, holds up no other
      if (!(error instanceof DockfraError) || error.kind !== "conflict") throw error;
      waiting.push({ ticket: id, reason: error.message });
    }
  }
  return { begun, waiting };
}
