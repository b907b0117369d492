import type { FlowEvent } from "../../../bus/messages/flow.ts";
import { isSame, type DeployContext, type DeployRequest } from "../../../workflows/deploy/context.ts";
import { createDeployFlow } from "../../../workflows/deploy/flow.ts";
import { createDeployMachine, defaultDeployTimeouts } from "../../../workflows/deploy/machine.ts";
import * as on from "./deploy-events.ts";
import { pathOf, pendingNames } from "./expectations.ts";
import type { Variant, World } from "./explorer.ts";
import { createProbe } from "./probe.ts";
import type { Run } from "./run.ts";
import { stamp, storyStartMs, type Happening } from "./story.ts";

function toVariants(named: Readonly<Record<string, Happening>>): readonly Variant[] {
  return Object.entries(named).map(([name, { event }]) => {
    if (event === "timeout") throw new Error("Timers fire by themselves.");
    return { name, event: stamp(event, storyStartMs) };
  });
}

const asks = toVariants({
  requested: on.requested(),
  "requested again, next round": on.requested("T-0001", 2),
  "requested by a second": on.requested("T-0002"),
  confirmed: on.confirmed(),
  "confirmed next round": on.confirmed("T-0001", 2),
  "confirmed by a second": on.confirmed("T-0002"),
  withdrawn: on.withdrawn(),
  "withdrawn by a second": on.withdrawn("T-0002"),
});

const results = toVariants({
  "candidate made": on.candidateMade(),
  "candidate failed": on.candidateFailed(),
  deployed: on.deployed(),
  unhealthy: on.unhealthy(),
  "unhealthy and not restored": on.unhealthy("not_restored"),
  "deploy broke": on.deployBroke(),
  "put back": on.putBack(),
  restored: on.restored(),
  "not restored": on.notRestored(),
  "restore broke": on.restoreBroke(),
});

/** What guards of the lane look at. */
function keyOf(run: Run): string {
  const { active, queue, outcomes, current } = run.snapshot.context as DeployContext;
  const name = ({ ticket, round }: { readonly ticket: string; readonly round: number }) =>
    `${ticket}.${round}`;
  return JSON.stringify([
    pathOf(run.snapshot.value),
    pendingNames(run).includes("deploy.live"),
    active && [name(active), active.withdrawn, active.failure !== undefined],
    queue.map(name),
    outcomes.map(name).toSorted(),
    current !== undefined,
  ]);
}

/** Where a lane has a wish: it has it in one place at most. */
function placeOf({ snapshot }: Run, wish: DeployRequest): "known" | "active" | "queued" | undefined {
  const { active, queue, outcomes } = snapshot.context as DeployContext;
  if (outcomes.some((outcome) => isSame(outcome, wish))) return "known";
  if (isSame(active, wish)) return "active";
  return queue.some((request) => isSame(request, wish)) ? "queued" : undefined;
}

/** What a ticket may rely on when it asks the lane for something. */
function brokenLaws(before: Run, event: FlowEvent, after: Run | undefined): readonly string[] {
  if (!event.type.startsWith("deploy.")) return [];
  const wish = event as unknown as DeployRequest;
  const was = placeOf(before, wish);
  const is = placeOf(after ?? before, wish);
  const sent = (after?.effects ?? []).flatMap((effect) =>
    effect.type === "send" && effect.to.id === wish.ticket && effect.event.round === wish.round
      ? [effect.event.type]
      : [],
  );
  const onTrial = was === "active" && before.snapshot.value === "trial";
  const laws: readonly (readonly [boolean, string])[] = [
    [was === "known" && sent.length !== 1, "what is settled is not answered once"],
    [
      was === "known" && toldOf(before, wish) !== toldOf(after ?? before, wish),
      "what is settled does not stay so",
    ],
    [event.type === "deploy.request" && is === undefined, "a wish is lost"],
    [
      event.type === "deploy.request" && onTrial && sent[0] !== "deploy.live",
      "a running candidate is not told",
    ],
    [event.type === "deploy.confirm" && onTrial && sent[0] !== "deploy.settled", "a release is not told"],
    [event.type === "deploy.rollback" && is !== "known" && is !== "active", "a withdrawn wish may still run"],
    [
      event.type === "deploy.rollback" && was === "active" && sent.length > 0,
      "an end is told before it is one",
    ],
    [event.type === "deploy.rollback" && was === "active" && !isWithdrawn(after), "a withdrawn wish goes on"],
    [event.type === "deploy.rollback" && onTrial && after?.snapshot.value !== "restoring", "a trial goes on"],
    [
      event.type === "deploy.rollback" && was !== "active" && sent.length !== 1,
      "a withdrawal is not answered once",
    ],
    [after !== undefined && was === "queued" && event.type === "deploy.request", "a wish is taken twice"],
  ];
  return laws.filter(([broken]) => broken).map(([, law]) => law);
}

/** What a ticket was told last of its wish. */
function toldOf({ snapshot }: Run, wish: DeployRequest): string {
  const { outcomes } = snapshot.context as DeployContext;
  return JSON.stringify(outcomes.findLast((outcome) => isSame(outcome, wish)));
}

function isWithdrawn(run: Run | undefined): boolean {
  return (run?.snapshot.context as DeployContext | undefined)?.active?.withdrawn === true;
}

/** Everything that can happen to a deploy lane, with a chart that counts it. */
export function createDeployWorld(): World {
  return {
    flow: createDeployFlow(),
    ref: on.laneRef,
    probe: createProbe(createDeployMachine(defaultDeployTimeouts)),
    first: toVariants({ requested: on.requested(), withdrawn: on.withdrawn() }),
    happyPath: toVariants({
      requested: on.requested(),
      made: on.candidateMade(),
      deployed: on.deployed(),
      confirmed: on.confirmed(),
    }).map(({ event }) => event),
    variantsOf: () => [...asks, ...results],
    keyOf,
    brokenLaws,
  };
}
