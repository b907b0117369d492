import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../bus/kernel/log.ts";
import { ReleaseStore } from "../../stacks/releases/release-store.ts";
import { hasPendingChange } from "../../stacks/targets/compose/compose-state.ts";
import { findCommit } from "./manual-commit.ts";
import {
  locatePlace,
  takeProjectChecks,
  targetAt,
  tellProgress,
  type ManualServices,
} from "./manual-deploys.ts";
import { contentsOf } from "./release-runs.ts";

export interface CutOffOptions {
  readonly services: ManualServices;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const patienceMs = 5_000;
const tries = 60;

/** Finishes or undoes every change that was cut off when the monitor ended last, so that no stack stays in between. */
export async function finishCutOffDeploys({ services, log, signal }: CutOffOptions): Promise<void> {
  const targets = join(services.stateDir, "targets");
  const stacks = existsSync(targets) ? readdirSync(targets) : [];
  const cutOff = stacks.filter((stack) => hasPendingChange(join(targets, stack)));
  await Promise.all(
    cutOff.map(async (stack) => {
      for (let count = 0; count < tries && !signal.aborted; count++) {
        try {
          await finishOne(services, stack, signal);
          return;
        } catch (error) {
          // the engine or the bus may come later than we do
          log.warn({ stack, err: error }, "a change that was cut off could not be finished yet");
          await sleep(patienceMs, undefined, { signal }).catch(() => undefined);
        }
      }
    }),
  );
}

async function finishOne(services: ManualServices, stack: string, signal: AbortSignal): Promise<void> {
  const place = await locatePlace(services, stack);
  const base = await findCommit(services, place.repo, undefined, signal);
  const target = await targetAt(services, place, base);
  tellProgress(services, stack, "deploy_step", { stack }, "going on with a change that was cut off");
  const done = await target.recover?.({
    prove: async (release) => {
      const { url } = await target.status();
      return takeProjectChecks(services, place, { release, target, url, signal });
    },
  });
  if (done === undefined) return;
  const { release, outcome } = done;
  new ReleaseStore(services.stateDir, stack).finish(
    release.releaseId,
    outcome,
    await contentsOf(target, release, outcome),
  );
  const { commit } = release;
  tellProgress(services, stack, `deploy_${outcome.outcome}`, { stack, commit, url: outcome.url });
}
