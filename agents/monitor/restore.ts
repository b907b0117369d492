import type { Handler } from "../runtime/handlers.ts";
import { waitUnless } from "./abandon.ts";
import { stage, stepTeller } from "./deploy.ts";
import { toRestoreOutcome } from "./outcomes.ts";
import { runRecorded } from "./release-runs.ts";
import type { MonitorServices } from "./services.ts";
import { folderRelease } from "../../stacks/releases/folder-release.ts";
import { ReleaseStore } from "../../stacks/releases/release-store.ts";

/** Makes the handler that brings the release back that ran before a candidate. */
export function createRestore(services: MonitorServices): Handler<"monitor.restore"> {
  return async (input, context) => {
    const { target, previous } = await stage(services, input, context);
    await context.assertLease();
    context.progress("restore_started", { stack: input.stack, commit: previous.commit });
    const store = new ReleaseStore(services.stateDir, input.stack);
    const tried = store.current();
    const before = tried && store.before(tried);
    // the deploy lane does not know what a person launched in between
    const release =
      before && before.commit === undefined ? folderRelease(input.stack, previous.dir, before.id) : previous;
    const request = { commandId: context.commandId, release };
    const run = { ...request, stateDir: services.stateDir, target, by: input.ticket };
    const restoring = runRecorded(run, () =>
      target.restore(request, { onProgress: stepTeller(context, input.stack) }),
    );
    const outcome = toRestoreOutcome(await waitUnless(context.signal, restoring));
    const params = { stack: input.stack, commit: previous.commit, url: outcome.url };
    if (tried && tried.id !== release.releaseId && tried.commit === input.candidate.commit)
      store.revert(tried.id, `${input.ticket} was not accepted.`);
    if (outcome.outcome === "deployed") context.progress("restore_done", params);
    else context.progress("restore_failed", params);
    return outcome;
  };
}
