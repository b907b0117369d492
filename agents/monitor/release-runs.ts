import { ReleaseStore, type ReleaseAuthor } from "../../stacks/releases/release-store.ts";
import type { DeployOutcome, ReleaseRef, Target } from "../../stacks/targets/target.ts";

export interface RecordedRun extends ReleaseAuthor {
  readonly stateDir: string;
  readonly target: Target;
  readonly release: ReleaseRef;
  readonly commandId: string;
}

/** Lets a release run, and writes down who wanted it, what it is made of and how that went. */
export async function runRecorded(
  { stateDir, target, ...start }: RecordedRun,
  run: () => Promise<DeployOutcome>,
): Promise<DeployOutcome> {
  const { release } = start;
  const store = new ReleaseStore(stateDir, release.stack);
  store.begin(start);
  const outcome = await run();
  store.finish(release.releaseId, outcome, await contentsOf(target, release, outcome));
  return outcome;
}

/** What a release was made of; only one that runs is known to its target. */
export async function contentsOf(
  target: Target,
  { releaseId }: ReleaseRef,
  { outcome }: DeployOutcome,
): Promise<Awaited<ReturnType<NonNullable<Target["contents"]>>>> {
  return outcome === "deployed" ? target.contents?.(releaseId) : undefined;
}
