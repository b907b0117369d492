import { createTicketFlow } from "../../../workflows/ticket/flow.ts";
import { approvalHash, type TicketContext } from "../../../workflows/ticket/context.ts";
import { createTicketMachine } from "../../../workflows/ticket/machine.ts";
import {
  asksAutopilot,
  beginsAlone,
  defaultTicketTimeouts,
  mayRework,
} from "../../../workflows/ticket/policy.ts";
import { pathOf, pendingNames } from "./expectations.ts";
import type { Variant, World } from "./explorer.ts";
import { createProbe } from "./probe.ts";
import type { Run } from "./run.ts";
import { stamp, storyStartMs, type Happening } from "./story.ts";
import * as on from "./ticket-events.ts";

const dayMs = 24 * 60 * 60_000;

function toVariants(named: Readonly<Record<string, Happening>>, mustBeTaken = false): readonly Variant[] {
  return Object.entries(named).map(([name, { event, afterMs }]) => {
    if (event === "timeout") throw new Error("Timers fire by themselves.");
    return { name, event: stamp(event, storyStartMs + (afterMs ?? 0)), mustBeTaken };
  });
}

const first = toVariants({
  opened: on.opened(),
  "opened by an outsider": on.opened({ trusted: false, autonomy: "autonomous" }),
  "opened manual": on.opened({ autonomy: "manual" }),
  "opened autonomous, repo named": on.opened({ autonomy: "autonomous", repo: "shop", stack: "shop" }),
});

const happyPath = toVariants({
  opened: on.opened(),
  triaged: on.triaged(),
  decided: on.decided("go"),
  claimed: on.claimed("dev-1"),
  implemented: on.implemented(),
  reviewed: on.reviewed("approve"),
  approved: on.approved(),
  live: on.live(1),
  verified: on.verified(),
  merged: on.merged(),
  released: on.settled("released", 1),
  "checked out": on.checkedOut(),
});

const results = toVariants({
  triaged: on.triaged(),
  "triaged without stack": on.triagedWithoutStack(),
  "triaged as manual": on.triaged({ autonomy: "manual" }),
  "triage failed": on.triageFailed(),
  "decided go": on.decided("go"),
  "decided wait": on.decided("wait"),
  "decide failed": on.decideFailed(),
  implemented: on.implemented(),
  "implemented by patch": on.implemented({ engine: "patch" }),
  "implemented another commit": on.implemented({ commit: "f".repeat(40) }),
  "broke tests": on.brokeTests(),
  "broke tests by patch": on.brokeTests({ engine: "patch" }),
  "implement failed": on.implementFailed(),
  "implement met another host key": on.implementFailed("host_key_changed"),
  "review approves": on.reviewed("approve"),
  "review sends back": on.reviewed("rework", "Too big."),
  "review blocks": on.reviewed("block", "No."),
  "review failed": on.reviewFailed(),
  verified: on.verified(),
  "checks failed": on.checksFailed(),
  "verify failed": on.verifyFailed(),
  "verify met another host key": on.verifyFailed("host_key_changed"),
  merged: on.merged(),
  "merge failed": on.mergeFailed("exchange_gone"),
  "merge met another host key": on.mergeFailed("host_key_changed"),
  "base moved": on.baseMoved(),
  "checked out": on.checkedOut(),
  "checkout stays": on.checkedOut("git merge --ff-only main"),
  "checkout failed": on.checkoutFailed(),
});
const claims = toVariants({ claimed: on.claimed("dev-1"), "claimed by another": on.claimed("dev-2") });

const words = toVariants({
  assigned: on.assigned(),
  "assigned by a role": on.by("manager", on.assigned()),
  paused: on.paused(),
  resumed: on.resumed(),
  "resumed a day later": { ...on.resumed(), afterMs: dayMs },
  cancelled: on.cancelled(),
  reopened: on.reopened(),
  approved: on.approved(),
  "approved stale": on.approved("stale"),
  rejected: on.rejected(),
  "text changed": on.updated({ title: "Another thing" }),
  "description changed": on.updated({ description: { head: "More words" } }),
  "label changed": on.updated({ labels: ["ui"] }),
  "level lowered": on.updated({ autonomy: "manual" }),
  "level raised": on.updated({ autonomy: "autonomous" }),
  "level raised by a role": on.by("manager", on.updated({ autonomy: "autonomous" })),
  commented: on.commented(),
  "symptom over": on.symptomOver(),
  "symptom back": on.symptomBack(),
  "preview opened": on.previewOpened(),
});

/** What the deploy lane may say, about this round or another; it must be heard by who asked for it. */
function answersOfLane({ snapshot, pending }: Run): readonly Variant[] {
  const { round } = snapshot.context as TicketContext;
  const asked = new Set(pendingNames({ pending } as Run));
  const foreign = round + 7;
  const waitsForDeploy = asked.has("deploy.request");
  const waitsForRestore = asked.has("deploy.rollback");
  return [
    ...toVariants({ live: on.live(round) }, waitsForDeploy),
    ...toVariants(
      { "deploy failed": on.deployFailed(round) },
      waitsForDeploy || waitsForRestore || asked.has("deploy.confirm"),
    ),
    ...toVariants(
      {
        "deploy not restored": on.deployFailed(round, "not_restored"),
        "deploy met another host key": on.deployFailed(round, "host_key_changed", []),
      },
      waitsForDeploy || waitsForRestore,
    ),
    ...toVariants(
      {
        restored: on.settled("restored", round),
        withdrawn: on.settled("withdrawn", round),
        "not restored": on.settled("not_restored", round),
        "way back met another host key": on.settled("not_restored", round, "host_key_changed"),
      },
      waitsForRestore,
    ),
    ...toVariants({ released: on.settled("released", round) }, asked.has("deploy.confirm")),
    ...toVariants({
      "live, other round": on.live(foreign),
      "deploy failed, other round": on.deployFailed(foreign),
      "released, other round": on.settled("released", foreign),
      "restored, other round": on.settled("restored", foreign),
    }),
  ];
}

/** What guards of the ticket look at. */
function keyOf({ snapshot, pending }: Run): string {
  const context = snapshot.context as TicketContext;
  const path = pathOf(snapshot.value);
  return JSON.stringify([
    path,
    pendingNames({ pending } as Run),
    beginsAlone(context),
    asksAutopilot(context),
    context.repo !== undefined,
    context.stack !== undefined,
    context.work && [context.work.tests.passed, mayRework(context)],
    context.approvedHash !== undefined && context.approvedHash === approvalHash(context),
    context.baseMoves,
    path === "blocked" && context.blocked?.step,
    path === "paused" && context.pausedFrom,
    path === "restoring" && [
      context.afterRestore?.to,
      context.afterRestore?.blocked?.error.code === "host_key_changed",
    ],
  ]);
}

/** Everything that can happen to a ticket, with a chart that counts it. */
export function createTicketWorld(): World {
  return {
    flow: createTicketFlow(),
    ref: on.ticketRef,
    probe: createProbe(createTicketMachine(defaultTicketTimeouts)),
    first,
    happyPath: happyPath.map(({ event }) => event),
    variantsOf: (run) => [...results, ...claims, ...words, ...answersOfLane(run)],
    keyOf,
  };
}
