import { expect, test } from "vitest";
import { assertLaneFree } from "../../../agents/monitor/manual-place.ts";
import { runRecorded } from "../../../agents/monitor/release-runs.ts";
import type { MonitorServices } from "../../../agents/monitor/services.ts";
import type { DeployView } from "../../../bus/messages/deploy.ts";
import { ReleaseStore } from "../../../stacks/releases/release-store.ts";
import type { DeployOutcome, Target } from "../../../stacks/targets/target.ts";
import { makeScratch } from "../../support/scratch.ts";

const done = (releaseId: string): DeployOutcome => ({
  ...{ outcome: "deployed", commandId: releaseId, releaseId, url: "http://127.0.0.1:1", tookMs: 1 },
  ...{ evidence: [] },
});

test("a ticket's deploy and a person's take turns, and the person's yields to a ticket that came meanwhile", async () => {
  await using scratch = await makeScratch();
  const lanes: DeployView[] = [];
  const services = { client: { ask: async () => ({ lanes }) } } as unknown as MonitorServices;
  const events: string[] = [];
  const rival = (id: string, by: string, gate: Promise<void>, mayBegin?: () => Promise<void>) =>
    runRecorded(
      {
        ...{ stateDir: scratch.dir, target: {} as Target, commandId: id, by },
        release: { stack: "shop", commit: "c".repeat(40), dir: scratch.dir, releaseId: id },
        ...(mayBegin ? { mayBegin } : {}),
      },
      async () => {
        events.push(`${id} begins`);
        await gate;
        events.push(`${id} ends`);
        return done(id);
      },
    );
  const byHand = () => assertLaneFree(services, "shop");
  const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
  const [first, second, third] = gates.map(({ promise }) => promise) as [
    ...[Promise<void>, Promise<void>, Promise<void>],
  ];

  // each was free to go when it was asked for
  await byHand();
  const manual = rival("manual-1", "kim", first, byHand);
  const ticket = rival("T-0001.1", "T-0001", second);
  const late = rival("manual-2", "kim", third, byHand);
  const refused = Promise.allSettled([late]);
  await expect.poll(() => events).toEqual(["manual-1 begins"]);
  gates[0]?.resolve();
  await manual;
  await expect.poll(() => events).toEqual(["manual-1 begins", "manual-1 ends", "T-0001.1 begins"]);
  lanes.push({ stack: "shop", state: "trial", ticket: "T-0001", version: 3, queue: [], releases: [] });
  gates[1]?.resolve();
  await ticket;
  expect(await refused).toMatchObject([
    { status: "rejected", reason: { code: "deploy_lane_busy", params: { ticket: "T-0001" } } },
  ]);
  gates[2]?.resolve();
  expect(events).toEqual(["manual-1 begins", "manual-1 ends", "T-0001.1 begins", "T-0001.1 ends"]);
  const records = new ReleaseStore(scratch.dir, "shop").list();
  expect(records.map(({ id }) => id).toSorted()).toEqual(["T-0001.1", "manual-1"]);
});
