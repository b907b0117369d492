import type { DeployContext } from "../../../workflows/deploy/context.ts";
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
  };
}
